"""Questions about what is taken over from other programs."""
