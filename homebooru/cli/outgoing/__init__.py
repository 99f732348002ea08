"""Commands about what goes to other programs."""
