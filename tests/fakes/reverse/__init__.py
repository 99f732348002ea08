"""Reverse searches on loopback, as their answers were seen or their clients read them."""
