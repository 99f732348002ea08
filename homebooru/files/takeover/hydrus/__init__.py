"""Asks a Hydrus client, over its Client API, what it knows; nothing there is ever changed."""
