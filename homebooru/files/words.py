"""What is said about a picture in its file and beside it, by source."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import BinaryIO

from homebooru.domain.fields import said_by_fields
from homebooru.domain.said import Said
from homebooru.domain.words import union
from homebooru.errors import FileGone, Unreadable
from homebooru.files.beside.jsonfiles import read_json_sidecar
from homebooru.files.beside.textfiles import read_notes, read_text
from homebooru.files.embedded import read_embedded
from homebooru.files.opening import named
from homebooru.files.sidecars import JSON, NOTES, TEXT, XMP, is_sidecar_name, kind_of, sidecars_of
from homebooru.files.xmp.reading import read_xmp
from homebooru.phrases import joined, phrase
from homebooru.ports import Heard

MAX_TAGS = 2000
MAX_SOURCES = 100
MAX_BYTES = 17 * 1024 * 1024  # a little more than any reader of sidecars takes
SETTLED = 2 * 10**9  # nanoseconds; file systems tell time in ticks of up to two seconds


@dataclass(frozen=True, slots=True)
class Hearing:
    """How words are heard: whose tags are not ours, and where clocks without a zone stand."""

    foreign: tuple[str, ...]
    zone: tzinfo | None


Voice = tuple[str, Said]
Reader = Callable[[bytes, Hearing], Voice]

READERS: dict[bytes, tuple[tuple[str, ...], Reader]] = {
    XMP: (
        ("xmp",),
        lambda data, by: ("xmp", said_by_fields(read_xmp(data), by.foreign, by.zone)),
    ),
    JSON: (("gallery-dl", "text"), lambda data, by: read_json_sidecar(data, by.foreign)),
    TEXT: (("text",), lambda data, by: ("text", read_text(data, by.foreign))),
    NOTES: (("text",), lambda data, _: ("text", read_notes(data))),
}
"""Who may speak in a sidecar of a kind, and how it is read."""


@dataclass(slots=True)
class LastListing:
    """The sidecars of the folder that was looked into last, and the state it was in."""

    state: tuple[int, ...] = ()
    names: frozenset[bytes] = frozenset()


LAST = LastListing()


def read_words(
    root: bytes, path: bytes, *, foreign_tags: tuple[str, ...], zone: tzinfo | None = None
) -> Heard:
    """Read what the file at `path` below `root` and its sidecars say.

    A sidecar that vanishes meanwhile is not there; raises FileGone where the picture or its
    folder does. Links are not followed. Clocks without a zone stand in `zone`, or where this
    machine does.
    """
    by = Hearing(foreign_tags, zone)
    folder_path, name = os.path.split(path)
    try:
        with _opened_folder(root, folder_path) as folder:
            listening = _Listening(folder, path.removesuffix(name))
            listening.hear(("embedded",), name, partial(_embedded, by=by))
            for sidecar in sidecars_of(name, _names_in(folder)):
                sources, reader = READERS[kind_of(sidecar)]
                listening.hear_sidecar(sources, sidecar, partial(_sidecar, reader=reader, by=by))
    except OSError as error:
        if error.errno == errno.ELOOP or isinstance(named(error), FileGone):
            raise FileGone(
                phrase("The file or its folder vanished, or the disk is not there.")
            ) from error
        raise Unreadable(
            phrase("The folder cannot be read: {strerror}.", strerror=error.strerror)
        ) from error
    return listening.heard()


Listen = Callable[[BinaryIO], tuple[Voice, list[str]]]


@dataclass(slots=True)
class _Listening:
    """What was heard so far of a picture in a folder."""

    folder: int
    path: bytes
    said: dict[str, list[Said]] = field(default_factory=dict)
    problems: dict[bytes, str] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)
    incomplete: bool = False

    def hear_sidecar(self, sources: tuple[str, ...], name: bytes, listen: Listen) -> None:
        try:
            self.hear(sources, name, listen)
        except FileNotFoundError:
            return

    def hear(self, sources: tuple[str, ...], name: bytes, listen: Listen) -> None:
        """Hear a file; what is wrong with it is noted, and it alone is not heard."""
        try:
            with _opened(self.folder, name) as file:
                (source, said), reasons = listen(file)
            self.said.setdefault(source, []).append(_bounded(said))
        except Unreadable as problem:
            reasons = [str(problem)]
        except OSError as error:
            if isinstance(named(error), FileGone):
                raise
            reasons, self.incomplete = [str(named(error))], True
        if reasons:
            self.problems[self.path + name] = joined(dict.fromkeys(reasons))
            self.unclear.update(sources)

    def heard(self) -> Heard:
        united = {source: union(voices) for source, voices in self.said.items()}
        said = {source: one for source, one in united.items() if one != Said()}
        unclear = frozenset(self.unclear.difference(said))
        return Heard(said, self.problems, unclear, incomplete=self.incomplete)


def _embedded(file: BinaryIO, by: Hearing) -> tuple[Voice, list[str]]:
    fields, reasons = read_embedded(file)
    return ("embedded", said_by_fields(fields, by.foreign, by.zone)), reasons


def _sidecar(file: BinaryIO, reader: Reader, by: Hearing) -> tuple[Voice, list[str]]:
    return reader(file.read(MAX_BYTES), by), []


def _bounded(said: Said) -> Said:
    if len(said.tags) > MAX_TAGS:
        raise Unreadable(
            phrase("It names {tags} tags: too many for one picture.", tags=len(said.tags))
        )
    if len(said.sources) > MAX_SOURCES:
        raise Unreadable(
            phrase(
                "It names {sources} sources: too many for one picture.", sources=len(said.sources)
            )
        )
    return said


@contextmanager
def _opened_folder(root: bytes, path: bytes) -> Iterator[int]:
    """Open a folder below the root, step by step, so that no link leads out of it."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in filter(None, path.split(b"/")):
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            outer, folder = folder, os.open(step, flags, dir_fd=folder)
            os.close(outer)
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _opened(folder: int, name: bytes) -> Iterator[BinaryIO]:
    """Open a regular file; anything else (a pipe would keep us waiting) counts as a problem."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unreadable(phrase("The file cannot be read: it is a link.")) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable(phrase("It is no regular file."))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def _names_in(folder: int) -> frozenset[bytes]:
    """Return the names of possible sidecars in a folder.

    The last listing serves again while the folder stands unchanged, or a folder of 100,000
    pictures would be listed 100,000 times. One that changed a moment ago may change again
    without its time telling, so it is listed anew.
    """
    status = os.fstat(folder)
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    state = status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns
    if state != LAST.state or time.time_ns() - changed < SETTLED:
        LAST.names = frozenset(filter(is_sidecar_name, map(os.fsencode, os.listdir(folder))))
        LAST.state = state
    return LAST.names
