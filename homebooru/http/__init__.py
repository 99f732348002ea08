"""Requests to others, with manners: the only way out."""
