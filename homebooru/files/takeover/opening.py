"""Finds out which program a folder belonged to, and lets what it knew be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homebooru.domain.takeover.older import OldLibrary
from homebooru.errors import InvalidInput, Unreadable
from homebooru.files.digest import digest_file
from homebooru.files.takeover.sqlite import open_old
from homebooru.files.takeover.tagsjson import count_entries, read_tags_json
from homebooru.phrases import phrase

DATABASES = ("data/booru.db", "booru.db")
PICTURES = ("static/images", "images")


@contextmanager
def open_older(folder: Path) -> Iterator[OldLibrary]:
    """Let what a file-based HomeBooru, or the SQLite program after it, knew be read.

    Of both in one folder the database is the younger one, and knows what the files did. Raises
    InvalidInput where it is the folder of neither, Unreadable where that makes no sense.
    """
    pictures = _first(folder, PICTURES)
    if pictures is None:
        raise InvalidInput(
            phrase(
                "{folder} is no folder of HomeBooru's: its pictures should be in static/images.",
                folder=folder,
            )
        )
    if (file := _first(folder, DATABASES)) is not None:
        with open_old(file) as database:
            yield OldLibrary(
                folder=pictures,
                number=database.count(),
                pictures=database.pictures(),
                digest=lambda path: _md5(pictures, path),
                pools=database.pools(),
                implications=database.implications(),
            )
    elif (folder / "tags.json").exists() or (folder / "metadata").is_dir():
        yield OldLibrary(
            folder=pictures,
            number=count_entries(folder),
            pictures=read_tags_json(folder),
            digest=lambda path: _md5(pictures, path),
        )
    else:
        raise InvalidInput(
            phrase(
                "{folder} is no folder of HomeBooru's: there is no tags.json, and no booru.db.",
                folder=folder,
            )
        )


def _first(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in names if (folder / name).exists()), None)


def _md5(pictures: Path, path: str) -> str | None:
    """Return the MD5 of a picture; one that is told to lie elsewhere is not looked at."""
    file = pictures / path
    if os.pardir in Path(path).parts or "\0" in path or not file.is_relative_to(pictures):
        return None
    try:
        _, digests = digest_file(os.fsencode(file))
    except (OSError, Unreadable):
        return None
    return digests.md5.hex()
