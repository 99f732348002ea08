"""Goes back to a backup: into a database beside the present one, which then makes way for it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString

import psycopg
import sqlalchemy as sa
from psycopg import sql

from homebooru.db.backup import run_client
from homebooru.db.checks import place_of, told_where
from homebooru.db.engine import conninfo, make_engine
from homebooru.db.migrating import check_known, upgrade
from homebooru.db.programs import NEWEST, installed
from homebooru.errors import Conflict, DatabaseUnusable, InvalidInput, NotFound

MAINTENANCE = "postgres"  # the database to be in while others change their names
UNCHANGED = "Nothing has changed. Other backups lie in backups/ of the data directory."


def restore(engine: sa.Engine, file: Path) -> str:
    """Put a backup in the place of the database, and return the name that the old one has now.

    Nothing has changed where it fails. The library gets a new identity and an empty feed: what
    indexes remember of the old one is void.
    """
    check_known(revision_of(file))
    _check_is_alone(engine)
    name = str(engine.url.database)
    new = f"{name}_restoring"
    with _maintenance(engine) as connection:
        _say(connection, "drop database if exists {}", new)
        _say(connection, "create database {}", new)
        try:
            _fill(engine, new, file)
            return _exchange(connection, engine, name, new)
        except BaseException:
            _say(connection, "drop database if exists {}", new)
            raise


def kept_databases(engine: sa.Engine) -> list[str]:
    """Return the names of databases that made way for a backup, the newest first."""
    with _maintenance(engine) as connection:
        rows = connection.execute(
            "select datname from pg_database order by datname desc"
        ).fetchall()
    return [
        name for (name,) in rows if re.fullmatch(_kept_name(engine, r"\d{8}_\d{6}_\d{6}"), name)
    ]


def go_back(engine: sa.Engine, kept: str) -> str:
    """Let a database that made way come back; return the name that the present one has now."""
    _check_is_kept(engine, kept)
    _check_is_alone(engine)
    _void(make_engine(engine.url.set(database=kept)))
    name = str(engine.url.database)
    with _maintenance(engine) as connection:
        return _exchange(connection, engine, name, kept)


def forget(engine: sa.Engine, kept: str) -> None:
    """Remove a database that made way, for ever."""
    _check_is_kept(engine, kept)
    with _maintenance(engine) as connection:
        _say(connection, "drop database {}", kept)


def _check_is_kept(engine: sa.Engine, name: str) -> None:
    if name not in (kept := kept_databases(engine)):
        there = ", ".join(kept) or "none"
        raise NotFound(f"No database is kept as {name}. There are: {there}.")


def _kept_name(engine: sa.Engine, moment: str) -> str:
    return f"{engine.url.database}_until_{moment}"


def _exchange(connection: psycopg.Connection, engine: sa.Engine, name: str, new: str) -> str:
    """Put a database in the place of another one, and return what that is called now."""
    old = _kept_name(engine, f"{datetime.now(UTC):%Y%m%d_%H%M%S_%f}")
    engine.dispose()
    with connection.transaction():
        _say(connection, "alter database {} rename to {}", name, old)
        _say(connection, "alter database {} rename to {}", new, name)
    return old


def revision_of(file: Path) -> str:
    """Return the revision in a backup. Raises InvalidInput where it is none of ours."""
    if not file.is_file():
        raise InvalidInput(f"There is no file {file}.")
    program = installed(NEWEST) / "bin" / "pg_restore"
    options = ["--data-only", "--table=alembic_version", "--file=-"]
    read = subprocess.run(
        [program, *options, file.absolute()],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    lines = iter(read.stdout.splitlines())
    found = any(line.startswith("COPY public.alembic_version") for line in lines)
    if read.returncode or not found:
        reason = read.stderr.strip() or "it holds no HomeBooru"
        raise InvalidInput(
            f"{file} is no backup of HomeBooru's, or it is damaged: {reason}. {UNCHANGED}"
        )
    return next(lines)


def _fill(engine: sa.Engine, name: str, file: Path) -> None:
    new = make_engine(engine.url.set(database=name))
    try:
        try:
            run_client(
                new, "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges",
                "--no-comments", "--single-transaction", str(file.absolute()),
            )  # fmt: skip
        except DatabaseUnusable as error:
            raise DatabaseUnusable(
                f"{file} is damaged, or finds no room: {error} {UNCHANGED}"
            ) from error
        upgrade(new)
        _void(new)
    finally:
        new.dispose()


def _void(engine: sa.Engine) -> None:
    """Make void what others remember of a library: what indexes hold, and who is logged in.

    A session may have been ended since, by a new password among others.
    """
    with engine.begin() as connection:
        connection.execute(sa.text("update library set uuid = gen_random_uuid()"))
        connection.execute(sa.text("truncate post_change, tag_change, feed_reader, web_session"))
    engine.dispose()


def _check_is_alone(engine: sa.Engine) -> None:
    with told_where(engine), engine.connect() as connection:
        others = connection.scalar(
            sa.text(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
        )
    if others:
        raise Conflict("HomeBooru is running on this database. Stop it, then restore.")


@contextmanager
def _maintenance(engine: sa.Engine) -> Iterator[psycopg.Connection]:
    """Connect to a database beside ours, where ours can be renamed."""
    beside = conninfo(engine.url.set(database=MAINTENANCE))
    try:
        with psycopg.connect(beside, autocommit=True) as connection:
            yield connection
    except psycopg.errors.ObjectInUse as error:
        raise Conflict("HomeBooru was started meanwhile. Stop it, then restore.") from error
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
        raise DatabaseUnusable(
            f"{place_of(engine)} does not let the user {engine.url.username} make a database "
            f"beside this one, which restoring takes: {error}"
        ) from error


def _say(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
