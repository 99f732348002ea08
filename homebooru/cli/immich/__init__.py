"""Commands about the household's Immich."""
