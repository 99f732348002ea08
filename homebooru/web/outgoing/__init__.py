"""Pages and API about what goes to other programs."""
