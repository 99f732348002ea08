"""What effective tags are derived from, and where the outcome is kept."""
