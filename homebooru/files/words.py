"""What is said about a picture in its file and beside it, by source."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from typing import BinaryIO

from homebooru.domain.fields import said_by_fields
from homebooru.domain.said import Said
from homebooru.domain.words import union
from homebooru.errors import Unreadable
from homebooru.files.embedded import read_embedded
from homebooru.files.gallerydl import read_gallerydl
from homebooru.files.sidecars import JSON, TEXT, XMP, is_sidecar_name, kind_of, sidecars_of
from homebooru.files.textfiles import read_text
from homebooru.files.xmp import read_xmp

MAX_TAGS = 2000
MAX_SOURCES = 100
MAX_BYTES = 17 * 1024 * 1024  # a little more than any reader of sidecars takes
SETTLED = 2 * 10**9  # nanoseconds; file systems tell time in ticks of up to two seconds
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)


@dataclass(frozen=True, slots=True)
class Hearing:
    """How words are heard: whose tags are not ours, and where clocks without a zone stand."""

    foreign: tuple[str, ...]
    zone: tzinfo | None


Reader = Callable[[bytes, Hearing], Said]

READERS: dict[bytes, tuple[str, Reader]] = {
    XMP: ("xmp", lambda data, by: said_by_fields(read_xmp(data), by.foreign, by.zone)),
    JSON: ("gallery-dl", lambda data, by: read_gallerydl(data, by.foreign)),
    TEXT: ("text", lambda data, by: read_text(data, by.foreign)),
}


@dataclass(slots=True)
class LastListing:
    """The sidecars of the folder that was looked into last, and the state it was in."""

    state: tuple[int, ...] = ()
    names: frozenset[bytes] = frozenset()


LAST = LastListing()


def read_words(
    root: bytes, path: bytes, *, foreign_tags: tuple[str, ...], zone: tzinfo | None = None
) -> tuple[dict[str, Said], dict[bytes, str]]:
    """Read what the file at `path` below `root` and its sidecars say.

    Returns what is said by source, and the reason for every sidecar, by its path from the root,
    that makes no sense. What vanishes meanwhile is not there; links are not followed. Clocks
    without a zone stand in `zone`, or where this machine does.
    """
    by = Hearing(foreign_tags, zone)
    said: dict[str, list[Said]] = {}
    problems: dict[bytes, str] = {}
    folder_path, name = os.path.split(path)
    try:
        with _opened_folder(root, folder_path) as folder:
            said["embedded"] = _embedded(folder, name, by)
            for sidecar in sidecars_of(name, _names_in(folder)):
                source, reader = READERS[kind_of(sidecar)]
                try:
                    said.setdefault(source, []).extend(
                        _bounded(reader(data, by)) for data in _content(folder, sidecar)
                    )
                except Unreadable as problem:
                    problems[path.removesuffix(name) + sidecar] = str(problem)
    except OSError as error:
        if error.errno not in (*GONE, errno.ELOOP):
            raise Unreadable(f"The folder cannot be read: {error.strerror}.") from error
    united = {source: union(voices) for source, voices in said.items()}
    return {source: one for source, one in united.items() if one != Said()}, problems


def unclear_sources(said: Collection[str], problems: Collection[bytes]) -> frozenset[str]:
    """Return the sources whose sidecars are there but made no sense, and that say nothing else."""
    return frozenset(READERS[kind_of(path)][0] for path in problems) - frozenset(said)


def _embedded(folder: int, name: bytes, by: Hearing) -> list[Said]:
    try:
        with _opened(folder, name) as file:
            return [_bounded(said_by_fields(read_embedded(file), by.foreign, by.zone))]
    except (OSError, Unreadable):  # whether the picture can be read, its own reader tells
        return []


def _bounded(said: Said) -> Said:
    if len(said.tags) > MAX_TAGS:
        raise Unreadable(f"It names {len(said.tags)} tags: too many for one picture.")
    if len(said.sources) > MAX_SOURCES:
        raise Unreadable(f"It names {len(said.sources)} sources: too many for one picture.")
    return said


def _content(folder: int, name: bytes) -> Iterator[bytes]:
    """Yield the bytes of a sidecar, unless it is gone."""
    try:
        with _opened(folder, name) as file:
            data = file.read(MAX_BYTES)
    except OSError as error:
        if error.errno in GONE:
            return
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise Unreadable(f"The file cannot be read: {reason}.") from error
    yield data


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
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("It is no regular file.")
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
