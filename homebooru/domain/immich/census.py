"""What a census of Immich means: who is new, who may be gone, and what is not to be believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from homebooru.phrases import phrase

FEW = 20
"""So many assets may be gone at once, of however few."""
PART = 0.2
"""A larger part of all assets than this is never believed to be gone by itself."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A part of the census: who was listed, and how many Immich counts there."""

    listed: frozenset[UUID]
    total: int

    @property
    def adds_up(self) -> bool:
        return len(self.listed) == self.total


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a census: details to be read, and assets to be asked about one by one.

    With a `brake` nobody is asked for, because what was told is not believed: it says why.
    """

    unknown: frozenset[UUID]
    absent: frozenset[UUID]
    brake: str | None = None


def weigh(
    known: Collection[UUID], counted: Iterable[Counted], *, believed: bool = False
) -> Verdict:
    """Compare what is known with a census; `believed` where a person confirmed what is gone."""
    parts = list(counted)
    there = frozenset[UUID]().union(*(part.listed for part in parts))
    unknown, absent = there - frozenset(known), frozenset(known) - there
    brake: str | None = None
    if not all(part.adds_up for part in parts):
        brake = phrase(
            "Immich listed other assets than it counted: what is missing there is looked for again "
            "next time."
        )
    elif not believed:
        brake = too_many(len(absent), len(known))
    return Verdict(unknown, frozenset() if brake else absent, brake)


def too_many(gone: int, known: int) -> str | None:
    """Return why so many cannot be gone at once, None where they can."""
    if gone <= FEW or gone <= known * PART:
        return None
    return phrase(
        "{gone} of {known} assets are gone from Immich at once. Nothing was removed here. If they "
        "are really gone, confirm it; if not, look at the API key and at Immich's libraries.",
        gone=gone,
        known=known,
    )
