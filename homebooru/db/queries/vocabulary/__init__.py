"""The vocabulary as it is kept, and its history."""
