"""Helps whoever types a search."""
