"""The library in figures, for whoever looks: what they may not see does not count."""
