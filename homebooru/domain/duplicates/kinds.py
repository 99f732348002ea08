"""How two pictures that look alike are related."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What one picture is of the other; the surest comes first."""

    PIXELS = "pixels"
    COPY = "copy"
    RETOUCHED = "retouched"
    COLOURS = "colours"
    PART = "part"
    MIRRORED = "mirrored"


SAME = (Kind.PIXELS, Kind.COPY)
"""The same picture, whatever its file; all others are variants of it."""
RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing two pictures.

    `difference` is how far the cell that differs most is off, in steps of 255; `share` how many of
    the cells differ, from 0 to 1.
    """

    kind: Kind
    difference: float = 0.0
    share: float = 0.0
