"""Pages about the household's Immich."""
