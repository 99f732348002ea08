"""Reads what other programs left beside the pictures of a folder, before that is in the library.

Whoever reads the library later hears those words by themselves, and whenever they change. Taken
over is what they cannot tell: that a booru was asked already, and what is said of a whole gallery.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from homebooru.domain.said import Said
from homebooru.domain.takeover.answers import Beside
from homebooru.errors import Unreadable
from homebooru.files.beside.gallerydl import is_gallerydl, read_gallerydl
from homebooru.files.beside.jsonfiles import load_object
from homebooru.files.digest import digest_file
from homebooru.files.opening import named, open_regular, stamp_of
from homebooru.files.sidecars import JSON, is_sidecar_name, kind_of, sidecars_of
from homebooru.files.takeover.gallerydl import answer_in, is_gallery
from homebooru.files.words import MAX_BYTES, READERS, Hearing
from homebooru.phrases import phrase
from homebooru.ports import FolderWalker, WalkProblems

GALLERY = b"info.json"


@dataclass(slots=True)
class FolderOfPictures:
    """A folder of pictures with files beside them; what was seen is counted as it is read."""

    folder: Path
    walker: FolderWalker
    hearing: Hearing
    pictures: int = 0
    silent: int = 0
    voices: Counter[str] = field(default_factory=Counter)
    _names: frozenset[bytes] = frozenset()
    _listed: Path | None = None
    _gallery: Said | None = None

    def read(self) -> Iterator[Beside | Unreadable]:
        """Yield what is taken over of each picture, and what cannot be read."""
        problems = WalkProblems()
        for seen in self.walker.walk(os.fsencode(self.folder), b"", problems):
            picture = self.folder / os.fsdecode(seen.path)
            self.pictures += 1
            if picture.parent != self._listed:
                yield from self._enter(picture.parent)
            yield from self._read(picture)
        for path, reason in problems.unreadable.items():
            yield Unreadable(phrase("{path}: {reason}", path=os.fsdecode(path), reason=reason))

    def _enter(self, folder: Path) -> Iterator[Unreadable]:
        """Look at a folder: at the names in it, and at what is said of all of it."""
        self._listed, self._gallery, self._names = folder, None, frozenset()
        try:
            self._names = frozenset(filter(is_sidecar_name, map(os.fsencode, os.listdir(folder))))
            if GALLERY in self._names:
                self._gallery = self._gallery_in(folder / os.fsdecode(GALLERY))
        except OSError as error:
            yield self._wrong(folder, named(error))
        except Unreadable as error:
            yield self._wrong(folder, error)

    def _gallery_in(self, file: Path) -> Said | None:
        info = load_object(_bytes(file))
        if not (is_gallerydl(info) and is_gallery(info)):
            return None
        return read_gallerydl(info, self.hearing.foreign)

    def _read(self, picture: Path) -> Iterator[Beside | Unreadable]:
        sidecars = sidecars_of(os.fsencode(picture.name), self._names)
        heard: set[str] = set()
        for name in sidecars:
            sidecar = picture.with_name(os.fsdecode(name))
            try:
                heard.add(self._voice(sidecar, kind_of(name)))
                if kind_of(name) == JSON:
                    yield from self._answer(sidecar)
            except Unreadable as error:
                yield self._wrong(sidecar, error)
        self.voices.update(heard)
        if self._gallery is not None and JSON not in map(kind_of, sidecars):
            yield self._of_gallery(picture, self._gallery)
        elif not heard:
            self.silent += 1

    def _voice(self, sidecar: Path, kind: bytes) -> str:
        """Return who speaks in a sidecar; raises Unreadable where that cannot be told."""
        voice, _ = READERS[kind][1](_bytes(sidecar), self.hearing)
        return voice

    def _answer(self, sidecar: Path) -> Iterator[Beside]:
        told = load_object(_bytes(sidecar))
        if not is_gallerydl(told) or (found := answer_in(told)) is None:
            return
        site, md5, row = found
        yield Beside(
            path=self._shown(sidecar),
            digest=md5,
            written_at=_written(sidecar),
            site=site,
            answer=row,
        )

    def _of_gallery(self, picture: Path, said: Said) -> Beside | Unreadable:
        try:
            _, digests = digest_file(os.fsencode(picture))
        except Unreadable as error:
            return self._wrong(picture, error)
        return Beside(
            path=self._shown(picture),
            digest=digests.sha256.hex(),
            written_at=_written(picture),
            gallery=said,
        )

    def _wrong(self, file: Path, error: Unreadable) -> Unreadable:
        return Unreadable(phrase("{path}: {reason}", path=self._shown(file), reason=error))

    def _shown(self, file: Path) -> str:
        return str(file.relative_to(self.folder))


def _bytes(file: Path) -> bytes:
    with open_regular(os.fsencode(file)) as opened:
        return opened.read(MAX_BYTES) or b""


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(stamp_of(os.fsencode(file)).mtime_ns / 1e9, UTC)
