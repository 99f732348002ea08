"""Asking others about posts: whose turn it is, what is due, what they answered."""
