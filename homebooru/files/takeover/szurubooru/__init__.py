"""Reads what a szurubooru knows: over its API, or from a dump of its database."""
