"""What a tagger (a model that names what a picture shows) is, and how it wants pictures."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fit(StrEnum):
    """How a picture comes into a model's square."""

    SHRINK_THEN_PAD = "shrink then pad"
    PAD_THEN_SHRINK = "pad then shrink"


class Filter(StrEnum):
    """How pixels are worked out anew."""

    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


@dataclass(frozen=True, slots=True)
class Framing:
    """The square of pixels that a model looks at: its side, what lies behind and beside a picture."""

    side: int
    background: tuple[int, int, int]
    fit: Fit
    filter: Filter

    @property
    def size(self) -> int:
        """Return how many bytes such a square has: red, green and blue, row by row."""
        return self.side * self.side * 3


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder with a tagger: the name under which it speaks, what it is, and whether it is used.

    Where `problem` says why it cannot be used, the rest is not known.
    """

    folder: str
    source: str | None = None
    label: str | None = None
    is_used: bool = False
    problem: str | None = None
