"""Assets of Immich: what a search tells of many, and what is told of one alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from homebooru.domain.immich.groups import Person, RemoteTag


class Visibility(StrEnum):
    """Where Immich shows an asset; the names are Immich's, and stored.

    Nobody gets to see what is locked with a key, so it is never asked for.
    """

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    HIDDEN = "hidden"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """An asset as searches list it, without its tags.

    `taken_at` is the moment by which Immich sorts, `local_taken_at` what the clock on the wall
    showed then. `people` is empty where a search did not ask for them.
    """

    id: UUID
    owner_id: UUID
    library_id: UUID | None
    path: str
    file_name: str
    mime: str | None
    is_video: bool
    checksum: bytes
    taken_at: datetime
    local_taken_at: datetime
    updated_at: datetime
    visibility: Visibility
    is_favourite: bool = False
    is_trashed: bool = False
    is_offline: bool = False
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    thumbhash: bytes | None = None
    live_video_id: UUID | None = None
    people: tuple[Person, ...] = ()

    @property
    def sha1(self) -> bytes | None:
        """The SHA-1 of the file; of external libraries Immich keeps that of the path alone."""
        return None if self.library_id is not None else self.checksum


@dataclass(frozen=True, slots=True, kw_only=True)
class Exif:
    """What Immich read out of a file and the sidecar beside it; `stars` are 1 to 5."""

    description: str = ""
    stars: int | None = None
    size: int | None = None
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """Camera, lens and place in words, by Immich's names for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDetail:
    """All that is told of one asset; `exif` is None until Immich has looked into the file."""

    asset: Asset
    tags: tuple[RemoteTag, ...] = ()
    exif: Exif | None = None
    stack_id: UUID | None = None
