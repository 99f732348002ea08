"""Questions about posts that show the same picture."""
