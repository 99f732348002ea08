"""The index as a file, so that a start does not read the whole library.

A file is of one library in one cluster at one snapshot; anything else, a damaged file or one of
another version is no file at all, and the library is read anew.
"""

from __future__ import annotations

import json
import logging
import os
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable

log = logging.getLogger(__name__)

VERSION = 11
"""Rises with every change of what the index holds or of how it is written."""

HEAD = "head"
WORDS = "words."
ONE_HOUR = 3600
ONE_DAY = 24 * ONE_HOUR
IDENTITY = sa.text(
    "select cast(library.uuid as text) as library, "
    "cast(system.system_identifier as text) as cluster, current_database() as database "
    "from library, pg_control_system() as system"
)

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a file is of."""

    version: int = VERSION
    library: str
    cluster: str
    database: str
    snapshot: str


def head_of(session: Session, snapshot: str) -> Head:
    """Return the head of a file that is written of this library."""
    row = session.execute(IDENTITY).one()
    return Head(library=row.library, cluster=row.cluster, database=row.database, snapshot=snapshot)


def save(file: Path, head: Head, table: PostTable, words: WordTable) -> None:
    """Write a file, in the place of what was there, at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _clear(file)
    new = file.with_suffix(f".{os.getpid()}.new")
    spelled = np.frombuffer(json.dumps(asdict(head)).encode(), np.uint8)
    arrays: dict[str, Any] = {HEAD: spelled} | table.packed()
    arrays |= {WORDS + name: one for name, one in words.packed().items()}
    try:
        with new.open("wb") as stream:
            np.savez(stream, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(file)
    finally:
        with suppress(OSError):
            new.unlink()


def _clear(file: Path) -> None:
    """Delete what killed writers left, which nobody writes to any more."""
    for left in file.parent.glob(f"{file.stem}.*.new"):
        if time.time() - left.stat().st_mtime > ONE_HOUR:
            left.unlink(missing_ok=True)


def read_head(file: Path) -> Head | None:
    """Return what a file is of, or None where there is none that can be read."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return _head(arrays)
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        log.warning("the index's file %s cannot be read: %s", file, error)
        return None


def useful_snapshot(session: Session, file: Path) -> str | None:
    """Return the snapshot of a file with which an index may still begin.

    One that nobody wrote for a day is given up: the feed would grow for it for ever.
    """
    head = read_head(file)
    if head is None or head != head_of(session, head.snapshot):
        return None
    return head.snapshot if time.time() - file.stat().st_mtime < ONE_DAY else None


def load(file: Path, wanted: Head) -> tuple[PostTable, WordTable, str] | None:
    """Return the tables and their snapshot from a file of this library, or None."""
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            head = _head(arrays)
            if Head(**asdict(wanted) | {"snapshot": head.snapshot}) != head:
                log.info("the index's file is of another library or version")
                return None
            named = [name for name in arrays if name.startswith(WORDS)]
            words = {name.removeprefix(WORDS): arrays[name] for name in named}
            return PostTable.unpacked(arrays), WordTable.unpacked(words), head.snapshot
    except FileNotFoundError:
        return None
    except UNREADABLE as error:
        log.warning("the index's file %s cannot be read: %s", file, error)
        return None


# What damaged files lead numpy, zipfile and json to raise.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


def _head(arrays: Arrays) -> Head:
    return Head(**json.loads(arrays[HEAD].tobytes()))
