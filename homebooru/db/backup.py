"""Backups: dumps of the database in PostgreSQL's own format, by the program that fits the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from homebooru.db.engine import conninfo
from homebooru.db.programs import FOLDERS, installed
from homebooru.errors import DatabaseUnusable

AUTOMATIC = "before-update"
KEPT = 5  # automatic ones; those a person asked for are the person's


def back_up(engine: sa.Engine, file: Path) -> None:
    """Write a dump; the file appears under its name only when it is whole."""
    half = file.with_name(f".{file.name}.half")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        run_client(engine, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                   f"--file={half}")  # fmt: skip
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def back_up_before_update(engine: sa.Engine, folder: Path, revision: str) -> Path:
    """Write a dump of the old revision, and let go of the oldest of these."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC).strftime("%Y-%m-%d-%H%M%S-%f")
    file = folder / f"{AUTOMATIC}-{now}-{revision}.dump"
    back_up(engine, file)
    for old in sorted(folder.glob(f"{AUTOMATIC}-*.dump"))[:-KEPT]:
        old.unlink()
    return file


def run_client(engine: sa.Engine, name: str, *arguments: str) -> str:
    """Run one of PostgreSQL's own clients on a database and return what it printed.

    The password goes through the environment, where other users cannot see it. Raises
    DatabaseUnusable with the program's own words.
    """
    with engine.connect() as connection:
        major = int(connection.scalar(sa.text("show server_version_num"))) // 10000
    parameters: dict[str, Any] = conninfo_to_dict(conninfo(engine.url))
    secret = {"PGPASSWORD": str(parameters.pop("password"))} if "password" in parameters else {}
    done = subprocess.run(
        [
            str(_client(name, major)),
            f"--dbname={make_conninfo(**parameters)}",
            *arguments,
        ],
        env={**os.environ, **secret},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise DatabaseUnusable(f"{name} failed: {done.stderr.strip()}")
    return done.stdout


def _client(name: str, server_major: int) -> Path:
    """Return the oldest program that is not older than the server: its dumps fit best."""
    fitting = [(major, path) for major, path in _clients(name) if major >= server_major]
    if not fitting:
        raise DatabaseUnusable(
            f"The server is PostgreSQL {server_major}, and no {name} here is as new. Install its "
            f"client programs (on Debian postgresql-client-{server_major}), or make a backup "
            "yourself and then run: homebooru db upgrade --no-backup"
        )
    return min(fitting, key=lambda found: found[0])[1]


def _clients(name: str) -> Iterator[tuple[int, Path]]:
    """Yield the installed programs with their versions; the system's come first, having SSL."""
    if on_path := shutil.which(name):
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False)
        if version := re.search(r"\b(\d+)[.\d]*", said.stdout):
            yield int(version[1]), Path(on_path)
    for major in sorted(FOLDERS):
        yield major, installed(major) / "bin" / name
