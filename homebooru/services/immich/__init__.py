"""Immich: its users, the mirror of what is theirs, and what is written there."""
