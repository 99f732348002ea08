"""What is asked of an Immich server when many assets are meant, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from homebooru.domain.immich.assets import Asset, Visibility

MOST_LISTED = 1000
"""Assets that one search can answer with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A search: of one visibility, and within times, each of them from after to before.

    Immich compares with milliseconds and keeps microseconds: whatever it shows as updated at a
    moment is found after it, and not before it. Trashed assets are found too.
    """

    visibility: Visibility
    updated_after: datetime | None = None
    updated_before: datetime | None = None
    taken_after: datetime | None = None
    taken_before: datetime | None = None
    album_id: UUID | None = None
    tag_id: UUID | None = None
    person_id: UUID | None = None
    with_people: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """What was found in a window, of whatever owner; it is whole where nothing was left out.

    What was left out is never asked for as a second page, which loses assets: take less at once.
    """

    assets: tuple[Asset, ...]
    is_whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A part of the timeline: one visibility, trashed assets or the others, perhaps of an album."""

    visibility: Visibility
    trashed: bool = False
    album_id: UUID | None = None
    tag_id: UUID | None = None
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the timeline, and how many assets are in it."""

    first: date
    count: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An asset as the timeline lists it."""

    id: UUID
    owner_id: UUID


@dataclass(frozen=True, slots=True)
class Count:
    """How many assets there are."""

    images: int
    videos: int

    @property
    def total(self) -> int:
        return self.images + self.videos
