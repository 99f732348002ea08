"""Editing posts, alone and many at once, and the history of it."""
