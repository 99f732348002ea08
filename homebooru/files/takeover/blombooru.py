"""Reads a full backup of blombooru's: a ZIP, of which nothing is believed before it is looked at."""

from __future__ import annotations

import csv
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from homebooru.domain.takeover.blombooru import (
    NAME,
    Row,
    Tags,
    Told,
    check_backup,
    implications_in,
    picture_of,
    pools_in,
    tags_in,
)
from homebooru.domain.takeover.known import (
    KnownLibrary,
    KnownPicture,
    Membership,
    digest_of,
    moment,
)
from homebooru.errors import Unreadable
from homebooru.files.opening import named
from homebooru.files.takeover.copies import Copies
from homebooru.phrases import phrase

INDEX, LIST = "backup.json", "tags.csv"
MOST_BYTES = 512 << 20  # of the index and the list, unpacked
MOST_PACKED = 200
"""How many times smaller something may be packed; its own backups are not packed at all."""
MOST_ENTRIES = 5_000_000
PIECE = 1 << 20
ENCRYPTED = 1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
PAGE = 100


@contextmanager
def open_backup(file: Path, folder: Path | None, copies: Copies | None) -> Iterator[KnownLibrary]:
    """Let what a backup tells be read; where `copies` are wanted, its pictures are put there.

    Raises Unreadable where it is cut short, damaged, of another program, or of a newer blombooru.
    """
    with _opened(file) as archive:
        entries = _checked(archive)
        told = check_backup(_index(archive, entries))
        tags = _tags(archive, entries, told)
        pools, places = pools_in(told)
        reading = _Reading(archive, entries, tags, places, copies)
        yield KnownLibrary(
            origin=NAME,
            number=len(told.media),
            folder=copies.folder if copies else folder,
            pools=pools,
            pictures=reading.pictures(told),
            aliases=tags.aliases,
            implications=implications_in(told),
        )


Entries = Mapping[str, zipfile.ZipInfo]


class _Reading:
    """The media of a backup, one after another."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        entries: Entries,
        tags: Tags,
        places: Mapping[str, list[Membership]],
        copies: Copies | None,
    ) -> None:
        self._archive = archive
        self._entries = entries
        self._tags = tags
        self._places = places
        self._copies = copies

    def pictures(self, told: Told) -> Iterator[KnownPicture | Unreadable]:
        """Yield what is told of each picture, and why one cannot be read, or put where it should."""
        for first in range(0, len(told.media), PAGE):
            rows = told.media[first : first + PAGE]
            if self._copies:
                yield from self._copy(self._copies, rows)
            for row in rows:
                try:
                    yield picture_of(row, self._tags.kinds, self._places)
                except Unreadable as error:
                    yield error

    def _copy(self, copies: Copies, rows: tuple[Row, ...]) -> Iterator[Unreadable]:
        digests = {digest: row for row in rows if (digest := digest_of(row.get("hash")))}
        here = copies.here(list(digests))
        for digest, row in digests.items():
            if digest not in here:
                try:
                    self._keep(copies, digest, row)
                except Unreadable as error:
                    yield Unreadable(
                        phrase("{name}: {error}", name=row.get("filename"), error=error)
                    )

    def _keep(self, copies: Copies, digest: str, row: Row) -> None:
        name = str(row.get("filename") or "")
        if copies.has(name, digest):
            return
        entry = self._entries.get(str(row.get("archive_path") or ""))
        if entry is None:
            raise Unreadable(phrase("its picture is not in the backup."))
        pieces = _pieces(self._archive, entry)
        copies.keep(name, digest, pieces, moment(row.get("uploaded_at")))


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN:
        raise Unreadable(
            phrase("{file} is no ZIP, or is cut short: its end is missing.", file=file.name)
        ) from None
    except OSError as error:
        raise named(error) from None
    with archive:
        yield archive


def _checked(archive: zipfile.ZipFile) -> Entries:
    """Return what is in it by name; raises Unreadable where anything is not as in its backups."""
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Unreadable(phrase("It holds too many files to be a backup."))
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or (path.parts[:1] and ":" in path.parts[0]):
            raise Unreadable(
                phrase("It holds a file that leads out of it: {name}.", name=entry.filename)
            )
        if entry.flag_bits & ENCRYPTED:
            raise Unreadable(phrase("It is encrypted."))
        if entry.file_size > MOST_PACKED * max(entry.compress_size, 1):
            raise Unreadable(
                phrase("It holds a file that would burst: {name}.", name=entry.filename)
            )
    found = {entry.filename: entry for entry in entries}
    if INDEX not in found:
        raise Unreadable(
            phrase(
                "It is no full backup of blombooru's: there is no {name}. One of its files alone "
                "can be unpacked and added as a folder.",
                name=INDEX,
            )
        )
    return found


def _index(archive: zipfile.ZipFile, entries: Entries) -> object:
    try:
        return json.loads(_whole(archive, entries[INDEX]))
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            phrase("{file} is cut short or broken: {error}.", file=INDEX, error=error)
        ) from None


def _tags(archive: zipfile.ZipFile, entries: Entries, told: Told) -> Tags:
    if LIST not in entries:
        return Tags()
    return tags_in(_cells(_whole(archive, entries[LIST]).decode("utf-8", "replace")), told)


def _cells(text: str) -> Iterator[list[str]]:
    """Yield the cells of each line by itself: a quote in a name is written as it is."""
    for line in text.split("\n"):
        with suppress(csv.Error):
            yield from csv.reader([line])


def _whole(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.file_size > MOST_BYTES:
        raise Unreadable(
            phrase("{file} is too large to be what it should be.", file=entry.filename)
        )
    return b"".join(_pieces(archive, entry))


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield what a file in it holds; raises Unreadable where that is damaged."""
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (*BROKEN, OSError) as error:
        raise Unreadable(
            phrase("{file} is damaged in the backup: {error}", file=entry.filename, error=error)
        ) from None
