"""Opens pictures safely."""
