"""What programs of one's own ask for."""
