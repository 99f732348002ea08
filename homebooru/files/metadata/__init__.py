"""Blocks of metadata inside picture files: where they lie, and how the older ones are read."""
