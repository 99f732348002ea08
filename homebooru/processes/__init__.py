"""Processes of our own, each of which can die alone, and its parent knows of what."""
