"""Writes and reads exports as files: lines of JSON, packed where the name ends so."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from homebooru.errors import HomeBooruError, InvalidInput, disk_fault
from homebooru.phrases import phrase

LONGEST = 256 * 2**20  # bytes of a line
PACKED = b"\x1f\x8b"


def spelled_lines(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield lines as they are written, the last one being the end, which vouches for the others."""
    digest, count = hashlib.sha256(), 0
    for raw in map(_spelled, lines):
        digest.update(raw)
        count += 1
        yield raw
    yield _spelled({"kind": "end", "lines": count, "sha256": digest.hexdigest()})


def write_lines(file: Path, lines: Iterable[dict[str, Any]]) -> int:
    """Write an export; it appears under its name only when it is whole. Return its size.

    Raises HomeBooruError where the disk does not let us.
    """
    half = file.with_name(f".{file.name}.half")
    try:
        with _opened(half, packed=file.suffix == ".gz") as out:
            for raw in spelled_lines(lines):
                out.write(raw)
        half.replace(file)
        return file.stat().st_size
    except OSError as error:
        raise disk_fault(error) or HomeBooruError(
            phrase("{file} cannot be written: {reason}.", file=file, reason=error.strerror)
        ) from error
    finally:
        with suppress(OSError):
            half.unlink()


def read_raw_lines(file: Path) -> Iterator[bytes]:
    """Yield the lines of a file as they are, unpacked where it is packed. Raises InvalidInput."""
    try:
        with file.open("rb") as plain:
            is_packed = plain.read(2) == PACKED
            plain.seek(0)
            with gzip.open(plain) if is_packed else plain as opened:
                while line := opened.readline(LONGEST):
                    yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(
            phrase("{file} is cut off or damaged: {error}", file=file, error=error)
        ) from error
    except OSError as error:
        raise InvalidInput(
            phrase("{file} cannot be read: {reason}.", file=file, reason=error.strerror)
        ) from error


@contextmanager
def _opened(half: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    """Open a file that only we can read, and see to it that the disk has it all in the end."""
    number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as plain:
        if packed:
            with gzip.GzipFile("", "wb", 6, plain, mtime=0) as pack:
                yield pack  # type: ignore[misc]
        else:
            yield plain
        plain.flush()
        os.fsync(plain.fileno())


def _spelled(line: dict[str, Any]) -> bytes:
    return json.dumps(line, separators=(",", ":"), sort_keys=True).encode() + b"\n"
