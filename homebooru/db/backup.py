"""Makes backups: dumps in PostgreSQL's own format, by the program that fits the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from homebooru.db.engine import conninfo
from homebooru.db.programs import FOLDERS, installed
from homebooru.domain.upkeep.backups import ENDING, Backup, BackupKind, file_name, superfluous
from homebooru.errors import DatabaseUnusable

HALF = ".half"
STALE = 3600  # seconds: nobody writes any more what did not change for so long


def back_up(engine: sa.Engine, file: Path) -> None:
    """Write a dump; the file appears under its name only when it is whole, and was read back."""
    half = file.with_name(f".{file.name}{HALF}")
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        run_client(engine, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                   f"--file={half}")  # fmt: skip
        run_client(engine, "pg_restore", f"--file={os.devnull}", str(half), connects=False)
        half.replace(file)
    finally:
        with suppress(OSError):
            half.unlink()


def back_up_into(
    engine: sa.Engine, folder: Path, kind: BackupKind, *, kept: int | None, more: str = ""
) -> Backup:
    """Write a dump into the folder of backups, and let go of the oldest ones of its kind.

    None are let go where `kept` is None.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep_backups(folder)
    file = folder / file_name(kind, datetime.now(UTC), more)
    back_up(engine, file)
    if kept is not None:
        for old in superfluous(list_backups(folder), kind, kept):
            (folder / old.name).unlink(missing_ok=True)
    return _look_at(file)


def list_backups(folder: Path) -> list[Backup]:
    """Return the backups in a folder, the newest first."""
    found = []
    for file in folder.glob(f"[!.]*{ENDING}"):
        with suppress(FileNotFoundError):  # another process may let go of it in this moment
            found.append(_look_at(file))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def _look_at(file: Path) -> Backup:
    facts = file.stat()
    return Backup(file.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))


def sweep_backups(folder: Path) -> None:
    """Remove what was left where somebody was killed in the middle of a backup."""
    for half in folder.glob(f".*{HALF}"):
        if time.time() - half.stat().st_mtime > STALE:
            half.unlink(missing_ok=True)


def run_client(engine: sa.Engine, name: str, *arguments: str, connects: bool = True) -> str:
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
            *([f"--dbname={make_conninfo(**parameters)}"] if connects else []),
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


def newest_client(name: str) -> Path:
    """Return the newest of PostgreSQL's programs of a name: it reads what all others wrote."""
    return max(_clients(name), key=lambda found: found[0])[1]


def _clients(name: str) -> Iterator[tuple[int, Path]]:
    """Yield the installed programs with their versions; the system's come first, having SSL."""
    if on_path := shutil.which(name):
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False)
        if version := re.search(r"\b(\d+)[.\d]*", said.stdout):
            yield int(version[1]), Path(on_path)
    for major in sorted(FOLDERS):
        yield major, installed(major) / "bin" / name
