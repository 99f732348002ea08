"""Addresses of a file-based HomeBooru, which bookmarks and programs still know."""
