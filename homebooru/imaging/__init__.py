"""Opens pictures safely, and tells how they look."""
