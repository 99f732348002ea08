"""Slips of the finger: names that differ by one letter."""

from __future__ import annotations


def is_one_slip(one: str, other: str) -> bool:
    """Tell whether a letter more, less, other or two swapped make one name the other."""
    short, long = sorted((one, other), key=len)
    start = next((i for i, c in enumerate(short) if c != long[i]), len(short))
    rest, longer = short[start:], long[start:]
    if len(longer) > len(rest):
        return rest == longer[1:]
    swapped = len(rest) > 1 and rest[1] + rest[0] + rest[2:] == longer
    return rest != longer and (rest[1:] == longer[1:] or swapped)
