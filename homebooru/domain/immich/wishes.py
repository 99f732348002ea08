"""What is to be true of assets at Immich beside their tags, and what is to be done about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from homebooru.domain.immich.assets import Asset
from homebooru.phrases import phrase

TRASH = "trash"
FAVOURITE = "favourite"
ALBUM = "album:"
TRIES = 3
LOST = phrase("Immich answered that it was done, and then it was not so.")
KEYLESS = phrase("There is no API key for whom it belongs to in Immich.")


class WishState(StrEnum):
    """How far a wish has come; in the last four it has ended."""

    DUE = "due"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    UNDONE = "undone"
    GONE = "gone"


OPEN = (WishState.DUE, WishState.APPLIED)


class Step(StrEnum):
    """What is to be done about a wish, or how it ended."""

    SEND = "send"
    LEAVE = "leave"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetWish:
    """Something that is `wanted`, or not any more, of an asset; `ours` where we made it so."""

    id: int
    owner_id: UUID
    remote_id: UUID
    thing: str
    wanted: bool
    ours: bool
    tries: int
    path: str
    library_id: UUID | None

    def step(self, *, is_so: bool) -> Step:
        """Tell what to do, as the asset is now. What others did over there is left as it is."""
        if is_so == self.wanted:
            return Step.VERIFIED
        if not self.wanted and not self.ours:
            return Step.LEAVE
        return Step.FAILED if self.tries >= TRIES else Step.SEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far Immich has followed what was thrown away and merged here, in assets.

    Some are `waiting`; `inside` its trash; `carried` into albums and among favourites; `undone`,
    which people took out of the trash there; `gone` from there for good. Others `failed`, each
    with why and how many.
    """

    waiting: int = 0
    inside: int = 0
    carried: int = 0
    undone: int = 0
    gone: int = 0
    failed: tuple[tuple[str, int], ...] = ()

    def __bool__(self) -> bool:
        return self != NOTHING_FOLLOWED


NOTHING_FOLLOWED = Followed()


def in_album(album_id: UUID) -> str:
    """Return the wish that an asset be in an album."""
    return f"{ALBUM}{album_id}"


def album_of(thing: str) -> UUID | None:
    """Return in which album something is to be; None for what is about no album."""
    return UUID(thing.removeprefix(ALBUM)) if thing.startswith(ALBUM) else None


def is_so(thing: str, asset: Asset, albums: Collection[UUID]) -> bool:
    """Tell whether a thing is true of an asset that is in these albums."""
    if thing == TRASH:
        return asset.is_trashed
    if thing == FAVOURITE:
        return asset.is_favourite
    return album_of(thing) in albums
