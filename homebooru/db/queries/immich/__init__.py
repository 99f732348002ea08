"""What is known of Immich."""
