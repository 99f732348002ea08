"""Models that describe pictures by directions in space, so that what is alike lies near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BUILT_IN = "look"
"""Our own descriptor, which needs no model: shapes, colours and textures."""
BUILT_IN_BEFORE = "look-before"
"""What it said before it was changed: likenesses are shown by that until all is described anew."""

TAGGER, IMMICH = "(tagger)", "(Immich)"
"""What the names of models end in that are not folders with CLIP, to tell them apart."""
MOST_NUMBERS = 4000
"""Of one description, for which the database can make an index."""


@dataclass(frozen=True, slots=True)
class Space:
    """What tells a model from others: its name and files, by how many numbers, whether it reads."""

    name: str
    version: str
    dimensions: int
    reads: bool


@dataclass(frozen=True, slots=True)
class SpaceState:
    """How it stands with a model: whether its files are there, and how far it has come.

    `serves` where its likenesses are shown; `wanted` where they will be, once it has described
    what is `left`. `reads` where words can be searched with it.
    """

    name: str
    is_there: bool
    reads: bool
    serves: bool
    wanted: bool
    described: int
    left: int
    closed_until: datetime | None = None
    reason: str | None = None

    @property
    def is_built_in(self) -> bool:
        return self.name == BUILT_IN
