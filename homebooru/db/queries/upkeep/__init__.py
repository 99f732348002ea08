"""Questions of upkeep."""
