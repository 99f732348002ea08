"""What people keep, as the rest of the program knows it, and what they may call it."""
