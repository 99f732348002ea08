"""Comparing pictures by what is kept of them."""
