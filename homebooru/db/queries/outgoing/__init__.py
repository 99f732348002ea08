"""What is to be written for other programs, and what was."""
