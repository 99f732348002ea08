"""What use cases need of an Immich server: one object for each of its users, by their API key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from homebooru.domain.immich.access import Account, Version
from homebooru.domain.immich.assets import AssetDetail, Visibility
from homebooru.domain.immich.changes import AssetChange, Refusal, ThumbnailSize
from homebooru.domain.immich.groups import Album, Library, Person, RemoteTag, Stack
from homebooru.domain.immich.windows import Count, Listed, Month, Page, Strip, Window


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file on its way, or a part of it: the status and headers of HTTP that say which."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]


class ImmichReader(Protocol):
    """Reads what one user of Immich sees; may be used by several threads.

    Everything raises a RemoteError with `until`, before which it is no use to ask again, where
    nothing can be told: RemoteRefused for a key that is wrong, PermissionMissing for one that may
    not do that. Assets of partners are told of too, with their owners.
    """

    def version(self) -> Version:
        """Return the version of the server; asked once."""

    def granted(self) -> frozenset[str]:
        """Return the permissions of the key, as Immich names them."""

    def account(self) -> Account:
        """Return whose key it is."""

    def libraries(self) -> Sequence[Library]:
        """Return the external libraries; only an administrator's key is told."""

    def search(self, window: Window) -> Page:
        """Return the assets in a window, at most a thousand, and whether these are all."""

    def asset(self, asset_id: UUID) -> AssetDetail | None:
        """Return an asset with its tags; None where there is none, or it is not ours to see."""

    def details(self, asset_ids: Iterable[UUID]) -> Iterator[tuple[UUID, AssetDetail | None]]:
        """Yield what `asset` returns for each, four asked for side by side, in any order."""

    def months(self, strip: Strip) -> Sequence[Month]:
        """Return the months of a part of the timeline, which has none that are hidden."""

    def month(self, strip: Strip, month: Month) -> Sequence[Listed]:
        """Return all assets of a month."""

    def count(self, visibility: Visibility, *, trashed: bool = False) -> Count:
        """Return how many assets of their own the user has."""

    def tags(self) -> Sequence[RemoteTag]:
        """Return all tags of the user's."""

    def albums(self) -> Sequence[Album]:
        """Return all albums that the user sees; a `Window` or a `Strip` tells what is in one."""

    def people(self) -> Sequence[Person]:
        """Return all people, hidden ones too."""

    def stacks(self) -> Sequence[Stack]:
        """Return all stacks."""

    def original(self, asset_id: UUID) -> AbstractContextManager[Iterator[bytes]]:
        """Let the bytes of a file be read, piece by piece.

        Raises RemoteMissing where Immich has it no more.
        """

    def part(self, asset_id: UUID, wanted: str | None) -> AbstractContextManager[FilePart]:
        """Let a file, or the part of it that is `wanted` as HTTP's Range has it, be passed on.

        Raises RemoteMissing where Immich has it no more.
        """

    def thumbnail(self, asset_id: UUID, size: ThumbnailSize) -> bytes | None:
        """Return a picture of an asset as Immich keeps it; None until it has made one."""


class ImmichWriter(Protocol):
    """Changes what one user of Immich owns; what it answers is no proof that it stays so.

    It fails as a reader does. What is changed of files (tags, stars, descriptions) Immich writes
    into sidecars and reads again later; until an asset's `updated_at` has moved, nothing more is
    to be asked for it.
    """

    def upsert_tags(self, values: Collection[str]) -> Sequence[RemoteTag]:
        """Make tags, given by their paths, that are not there yet; return all of them."""

    def tag(self, tag_ids: Collection[UUID], asset_ids: Collection[UUID]) -> int:
        """Put all of the tags on all of the assets; return how many came to be.

        More than a call may name go out in several, all tags of an asset in the same one.
        """

    def untag(self, tag_id: UUID, asset_ids: Collection[UUID]) -> Mapping[UUID, Refusal]:
        """Take a tag off assets; return those that were left out."""

    def delete_tag(self, tag_id: UUID) -> bool:
        """Remove a tag, which does not take it out of sidecars; False where there was none."""

    def update(self, asset_ids: Collection[UUID], change: AssetChange) -> None:
        """Change assets, all of them or (RemoteMissing) none."""

    def refresh(self, asset_ids: Collection[UUID]) -> None:
        """Have the sidecars of assets that Immich knows of read again."""

    def discover_sidecars(self) -> None:
        """Have Immich look for sidecars that it does not know of; for administrators' keys."""

    def trash(self, asset_ids: Collection[UUID]) -> None:
        """Move assets into Immich's trash, all of them or (RemoteMissing) none."""

    def restore(self, asset_ids: Collection[UUID]) -> int:
        """Take assets out of the trash; return how many were in it."""

    def add_to_album(self, album_id: UUID, asset_ids: Collection[UUID]) -> Mapping[UUID, Refusal]:
        """Put assets into an album; return those that were left out."""

    def remove_from_album(
        self, album_id: UUID, asset_ids: Collection[UUID]
    ) -> Mapping[UUID, Refusal]:
        """Take assets out of an album; return those that were left out."""


class ImmichUser(ImmichReader, ImmichWriter, Protocol):
    """One user of an Immich server, for whom we read and write there."""

    def close(self) -> None:
        """Let go of the connections."""
