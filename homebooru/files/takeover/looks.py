"""Finds out what a file or a folder looks like that was named where another one is wanted."""

from __future__ import annotations

import gzip
import io
import os
import sqlite3
import zipfile
import zlib
from contextlib import closing
from enum import Enum, auto
from pathlib import Path, PurePosixPath

from homebooru.domain.media import is_picture_name
from homebooru.errors import Unreadable
from homebooru.files.opening import open_regular

BEGINNING = 1 << 20  # bytes: the list of tables in a dump begins it


class Looks(Enum):
    """What something looks like, by its contents rather than by its name."""

    BACKUP = auto()
    EXPORT = auto()
    DATA = auto()
    OLDER = auto()
    SZURUBOORU = auto()
    BLOMBOORU = auto()
    HYDRUS = auto()
    DUMP = auto()
    SQLITE = auto()
    ARCHIVE = auto()
    PICTURE = auto()
    FOLDER = auto()


FOLDERS = {
    "tags.json": Looks.OLDER,
    "booru.db": Looks.OLDER,
    "data/booru.db": Looks.OLDER,
    "client.db": Looks.HYDRUS,
    "db/client.db": Looks.HYDRUS,
    "database/pgdata": Looks.DATA,
}
"""What lies in folders that are not only of pictures."""
BEGINNINGS = {
    b"--\n-- PostgreSQL database": Looks.DUMP,
    b"7z\xbc\xaf\x27\x1c": Looks.ARCHIVE,
    b"Rar!\x1a\x07": Looks.ARCHIVE,
    b"\xfd7zXZ\0": Looks.ARCHIVE,
    b"BZh": Looks.ARCHIVE,
    b"\x28\xb5\x2f\xfd": Looks.ARCHIVE,
}
DUMP, SQLITE, ZIP, GZIP = b"PGDMP", b"SQLite format 3\0", b"PK\x03\x04", b"\x1f\x8b"
TAR, TAR_AT = b"ustar", 257
HEAD_OF_EXPORT = b'"kind":"homebooru"'
TABLES = {
    b"public.post_favorite": Looks.SZURUBOORU,
    b"public.feed_reader": Looks.BACKUP,
}
"""Tables that nobody else has."""
DATABASES = {"raw_metadata": Looks.OLDER, "files_info": Looks.HYDRUS}


def looks_of(path: Path) -> Looks | None:
    """Return what something looks like, None where it is nothing known, damaged, or not there."""
    if path.is_dir():
        return next(
            (kind for name, kind in FOLDERS.items() if (path / name).exists()), Looks.FOLDER
        )
    if path.is_file() and (path.name in FOLDERS or is_picture_name(os.fsencode(path.name))):
        return FOLDERS.get(path.name, Looks.PICTURE)
    try:
        with open_regular(os.fsencode(path)) as file:
            start = file.read(BEGINNING)
    except Unreadable:
        return None
    if start.startswith(ZIP):
        return _zip(path)
    if start.startswith(SQLITE):
        return _sqlite(path)
    if start.startswith(GZIP):
        start = _unpacked(start)
    return _beginning(start)


def _beginning(start: bytes) -> Looks | None:
    if start.startswith(DUMP):
        return next((kind for table, kind in TABLES.items() if table in start), None)
    if start[TAR_AT:].startswith(TAR):
        return Looks.ARCHIVE
    if HEAD_OF_EXPORT in start.partition(b"\n")[0]:
        return Looks.EXPORT
    return next((kind for begin, kind in BEGINNINGS.items() if start.startswith(begin)), None)


def _unpacked(start: bytes) -> bytes:
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(start)).read1(BEGINNING)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b""


def _zip(path: Path) -> Looks | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return None
    if "backup.json" in names:
        return Looks.BLOMBOORU
    is_client = any(PurePosixPath(name).name == "client.db" for name in names)
    return Looks.HYDRUS if is_client else Looks.ARCHIVE


def _sqlite(path: Path) -> Looks:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            tables = {name for (name,) in connection.execute("select name from sqlite_master")}
    except sqlite3.Error:
        return Looks.SQLITE
    return next((kind for table, kind in DATABASES.items() if table in tables), Looks.SQLITE)
