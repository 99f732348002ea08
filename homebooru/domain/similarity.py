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


PIECES, PIECE = 4, 16
SAYING = range(12, 53)  # of the bits are set in a hash that tells a picture from others


def says_something(phash: int) -> bool:
    """Tell whether a hash is not that of a flat picture, of which all have much the same."""
    return (phash & ALL_BITS).bit_count() in SAYING


def pieces(phash: int | None, *, row: int = 0) -> list[int]:
    """Return the quarters of a hash, each with its place; none of one that says nothing.

    Hashes that differ in up to three bits share one of them for certain, and mostly those that
    differ in six. A quarter of nothing but zeros or ones, which flat pictures share, is left out.
    Hashes of different kinds stand in rows of their own, so that they never meet.
    """
    if phash is None or not says_something(phash):
        return []
    least = (1 << PIECE) - 1
    parts = ((phash & ALL_BITS) >> (PIECE * place) & least for place in range(PIECES))
    return [
        (row * PIECES + place) << PIECE | part
        for place, part in enumerate(parts)
        if part not in (0, least)
    ]
