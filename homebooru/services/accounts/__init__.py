"""People, their sessions and their keys."""
