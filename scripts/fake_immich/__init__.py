"""A made-up Immich on this machine, over the pictures of a folder, to see mirror and push at work."""
