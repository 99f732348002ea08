"""Pages and API about posts that show the same picture."""
