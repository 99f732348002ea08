"""Reading a library whole, and taking up another one, for exports and imports."""
