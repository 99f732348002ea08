"""What an Immich server holds and takes, as we speak of it, whatever its version."""
