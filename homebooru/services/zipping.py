"""A ZIP that is sent while it is made: files go in one after the other and leave in pieces."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

CHUNK = 256 * 1024
FIRST_YEAR, LAST_YEAR = 1980, 2107  # what a ZIP can say
READABLE = 0o644 << 16


class ZipStream:
    """Takes open files and yields a ZIP of them, stored as they are, a piece at a time."""

    def __init__(self) -> None:
        self._sink = Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_STORED)

    def add(self, name: str, mtime: float, size: int, file: BinaryIO) -> Iterator[bytes]:
        """Yield what a file of this size adds. Raises EOFError and OSError where it ends early.

        What was read until then is in the ZIP, which stays a good one.
        """
        entry = zipfile.ZipInfo(name, told(mtime))
        entry.external_attr = READABLE
        entry.file_size = left = size
        with self._archive.open(entry, "w") as target:
            while left:
                part = file.read(min(CHUNK, left))
                if not part:
                    raise EOFError(name)
                target.write(part)
                left -= len(part)
                yield self._sink.take()

    def add_text(self, name: str, text: str) -> None:
        """Put a short text in, to be sent with what comes next."""
        self._archive.writestr(name, text)

    def end(self) -> bytes:
        """Return the rest: the list of all that is in the ZIP. Nothing can be added any more."""
        self._archive.close()
        return self._sink.take()


class Sink(io.RawIOBase):
    """Where a ZIP is written to and taken from at once; one cannot go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data))  # type: ignore[arg-type]  # anything that has bytes
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def told(mtime: float) -> tuple[int, int, int, int, int, int]:
    """Return a time as a ZIP tells it, on this machine's clock; far times as near as it can."""
    try:
        when = datetime.fromtimestamp(mtime).astimezone()
    except (OverflowError, OSError, ValueError):
        return FIRST_YEAR, 1, 1, 0, 0, 0
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        return (FIRST_YEAR if when.year < FIRST_YEAR else LAST_YEAR), 1, 1, 0, 0, 0
    return when.year, when.month, when.day, when.hour, when.minute, when.second
