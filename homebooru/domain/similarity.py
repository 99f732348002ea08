"""How alike two pictures look, by their perceptual hashes."""

from __future__ import annotations

BITS = 64
ALL_BITS = (1 << BITS) - 1
SAME_PICTURE = 6  # re-encoded and resized copies stay below it, different pictures above 16


def hamming_distance(one: int, other: int) -> int:
    """Return in how many of their bits two signed 64-bit hashes differ."""
    return ((one ^ other) & ALL_BITS).bit_count()


def looks_same(one: int | None, other: int | None) -> bool:
    """Tell whether two hashes may belong to one picture; an unknown hash never does."""
    return one is not None and other is not None and hamming_distance(one, other) <= SAME_PICTURE


def signed(bits: int) -> int:
    """Return 64 bits as the signed number that a database column holds."""
    return bits - (1 << BITS) if bits >> (BITS - 1) else bits
