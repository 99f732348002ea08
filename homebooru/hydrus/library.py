"""All that a Hydrus client knows, as every other program's is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from homebooru.domain.media import is_picture_name
from homebooru.domain.takeover.hydrus import HYDRUS, HydrusFile, Translator, Wishes, translator
from homebooru.domain.takeover.known import KnownLibrary, KnownPicture
from homebooru.domain.takeover.originals import Original
from homebooru.errors import Unreadable
from homebooru.hydrus.client import HydrusClient


class HydrusLibrary:
    """What a client knows of the files that a person wants; what is in its trash is left there.

    `originals` are the pictures among them that it can give, once they were read.
    """

    def __init__(self, client: HydrusClient, wishes: Wishes) -> None:
        client.check()
        self._client = client
        self._translator: Translator = translator(client.services(), wishes)
        self._numbers = client.search(wishes.search)
        self.originals: list[Original] = []

    def known(self, folder: Path | None = None) -> KnownLibrary:
        """Return what it knows, to be read once; `folder` is for pictures that are fetched."""
        return KnownLibrary(
            origin=HYDRUS,
            number=len(self._numbers),
            folder=folder,
            pictures=self._pictures(),
        )

    def _pictures(self) -> Iterator[KnownPicture | Unreadable]:
        at = datetime.now(UTC)
        for file in self._client.files(self._numbers):
            if isinstance(file, Unreadable):
                yield file
            elif not file.is_trash:
                self._note(file)
                yield self._translator.picture(file, at)

    def _note(self, file: HydrusFile) -> None:
        if file.is_here and is_picture_name(f"x{file.extension}".encode()):
            self.originals.append(
                Original(
                    number=file.number,
                    sha256=file.sha256,
                    size=file.size,
                    extension=file.extension,
                )
            )
