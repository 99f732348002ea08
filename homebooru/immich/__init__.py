"""The household's Immich server, over its API: versions 2 and 3, one key for each of its users."""
