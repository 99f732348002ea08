"""Tells what to do with a file or a folder that was named where another one is wanted."""

from __future__ import annotations

import shlex
from pathlib import Path

from homebooru.errors import InvalidInput
from homebooru.files.takeover.looks import Looks, looks_of

ADVICE = {
    Looks.BACKUP: "is a backup of HomeBooru's: homebooru db restore {path}",
    Looks.EXPORT: "is an export of HomeBooru's: homebooru import {path}",
    Looks.DATA: "is a data directory of HomeBooru's: HOMEBOORU_DATA={path} scripts/start",
    Looks.OLDER: "looks like a file-based HomeBooru, or the SQLite program that came of it: "
    "homebooru import homebooru {folder}",
    Looks.SZURUBOORU: "looks like a dump of szurubooru's: homebooru import szurubooru {path}",
    Looks.BLOMBOORU: "looks like a backup of blombooru's: homebooru import blombooru {path}",
    Looks.HYDRUS: "looks like the database of a Hydrus client. Start Hydrus, switch its Client API "
    "on, and then: homebooru import hydrus http://127.0.0.1:45869",
    Looks.DUMP: "is a dump of a PostgreSQL database as SQL. If szurubooru's: homebooru import "
    "szurubooru {path}",
    Looks.SQLITE: "is an SQLite database of a program that is not known here: homebooru import "
    "--help names those that are.",
    Looks.ARCHIVE: "is an archive of files. Unpack it into a folder of your pictures, and then: "
    "homebooru library add FOLDER",
    Looks.PICTURE: "is a picture. Its folder can be added: homebooru library add {folder}",
    Looks.FOLDER: "is a folder. Its pictures can be added: homebooru library add {path}; or, where "
    "gallery-dl or Hydrus filled it: homebooru import gallery-dl {path}, homebooru import hydrus "
    "{path}",
}
DATABASES = "data"  # where the SQLite program keeps its own, below its folder


def refuse_others(path: Path, *wanted: Looks) -> None:
    """Raise InvalidInput, with what to type instead, for what is known to be something else."""
    looks = looks_of(path)
    if looks is None or looks in wanted:
        return
    folder = path if path.is_dir() else path.absolute().parent
    if looks is Looks.OLDER and folder.name == DATABASES:
        folder = folder.parent
    words = ADVICE[looks].format(path=shlex.quote(str(path)), folder=shlex.quote(str(folder)))
    raise InvalidInput(f"{path} {words}")
