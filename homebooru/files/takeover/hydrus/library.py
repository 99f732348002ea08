"""All that a Hydrus client knows, as every other program's is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from homebooru.domain.media import is_picture_name
from homebooru.domain.takeover.hydrus import HYDRUS, HydrusFile, Wishes, translator
from homebooru.domain.takeover.known import KnownLibrary, KnownPicture
from homebooru.errors import RemoteMissing, Unreadable
from homebooru.files.takeover.copies import Copies
from homebooru.files.takeover.hydrus.client import HydrusClient
from homebooru.ports import Progress


@dataclass(frozen=True, slots=True)
class Original:
    """A picture that a client has: its number there, its SHA-256, and what it is called."""

    number: int
    sha256: str
    name: str
    size: int


@dataclass(slots=True)
class Fetched:
    """How many pictures came, how many were there from another time, and why others did not come."""

    new: int = 0
    before: int = 0
    failed: list[str] = field(default_factory=list)


class HydrusLibrary:
    """What a client knows of the files that a person wants; what is in its trash is left there.

    `originals` are the pictures among them that it can give, once they were read.
    """

    def __init__(self, client: HydrusClient, wishes: Wishes) -> None:
        self._client = client
        self._translator = translator(client.services(), wishes)
        self._numbers = client.search(wishes.search)
        self.originals: list[Original] = []

    def known(self, folder: Path | None) -> KnownLibrary:
        """Return what it knows, to be read once; `folder` is for pictures that are fetched."""
        return KnownLibrary(
            origin=HYDRUS,
            number=len(self._numbers),
            folder=folder,
            pictures=self._pictures(),
        )

    def fetch(self, wanted: Sequence[Original], copies: Copies, progress: Progress) -> Fetched:
        """Fetch pictures, each whole or not at all; one that cannot be had is passed over."""
        progress.expect(len(wanted))
        fetched = Fetched()
        for one in wanted:
            if copies.has(one.name, one.sha256):
                fetched.before += 1
            else:
                self._fetch(one, copies, fetched)
            progress.advance(current=one.name)
        return fetched

    def _fetch(self, one: Original, copies: Copies, fetched: Fetched) -> None:
        keep = partial(copies.keep, one.name, one.sha256, made_at=None)
        try:
            self._client.fetch(one.number, keep)
            fetched.new += 1
        except (RemoteMissing, Unreadable) as error:
            fetched.failed.append(f"{one.name}: {error}")

    def _pictures(self) -> Iterator[KnownPicture | Unreadable]:
        at = datetime.now(UTC)
        self.originals.clear()
        for file in self._client.files(self._numbers):
            if isinstance(file, Unreadable):
                yield file
            elif not file.is_trash:
                self._note(file)
                yield self._translator.picture(file, at)

    def _note(self, file: HydrusFile) -> None:
        name = f"{file.sha256}{file.extension}"
        if file.is_here and is_picture_name(name.encode()):
            self.originals.append(Original(file.number, file.sha256, name, file.size))
