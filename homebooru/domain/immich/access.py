"""What an Immich server must be and a key must allow for us to work with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from homebooru.phrases import phrase

ALL = "all"
OLDEST, NEWEST = 2, 3
"""Major versions of Immich that we know."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version of Immich."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def is_known(self) -> bool:
        return OLDEST <= self.major <= NEWEST


@dataclass(frozen=True, slots=True)
class Account:
    """Whose key it is."""

    user_id: UUID
    name: str
    email: str
    is_admin: bool


READING: Mapping[str, str] = {
    "user.read": phrase("to know whose pictures are yours"),
    "asset.read": phrase("to find pictures, with their tags"),
    "asset.view": phrase("to show thumbnails"),
    "asset.download": phrase("to read originals that are not on this machine"),
    "asset.statistics": phrase("to check that no picture was overlooked"),
    "album.read": phrase("to take over albums"),
    "tag.read": phrase("to take over tags"),
    "person.read": phrase("to take over people"),
    "stack.read": phrase("to take over stacks"),
}
"""Permissions without which there is no mirror, and what each is for."""
WRITING: Mapping[str, str] = {
    "tag.create": phrase("to make tags"),
    "tag.asset": phrase("to tag pictures, and untag them"),
    "tag.delete": phrase("to remove tags that HomeBooru made"),
    "asset.update": phrase("to write favourites, stars and descriptions"),
    "job.create": phrase("to have sidecars read again"),
}
"""Permissions without which nothing is written there."""
MERGING: Mapping[str, str] = {
    "asset.delete": phrase("to move what is thrown away here into Immich's trash, and back"),
    "albumAsset.create": phrase("to put what is kept of duplicates into their albums"),
    "albumAsset.delete": phrase("to take it out again"),
}
"""Permissions that the trash and duplicates need."""
FOLLOWING: Mapping[str, str] = {
    **MERGING,
    "asset.update": WRITING["asset.update"],
}
"""Permissions without which Immich does not follow what is thrown away and merged here."""


def missing(needed: Mapping[str, str], granted: Collection[str]) -> dict[str, str]:
    """Return the permissions that a key lacks, and what each is for."""
    return (
        {} if ALL in granted else {name: why for name, why in needed.items() if name not in granted}
    )
