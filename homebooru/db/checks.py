"""Whether a PostgreSQL can serve HomeBooru: reachable, new enough, with pgvector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from homebooru.errors import DatabaseUnusable, NoRights

OLDEST = 15
OLDEST_VECTOR = (0, 8)


@dataclass(frozen=True, slots=True)
class Server:
    """What a PostgreSQL says about itself; versions of pgvector are None where there is none."""

    version: str
    major: int
    encoding: str
    vector: str | None
    vector_offered: str | None


def inspect_server(engine: sa.Engine) -> Server:
    """Ask the server about itself. Raises DatabaseUnusable where it cannot be reached."""
    with told_where(engine), engine.connect() as connection:
        row = connection.execute(
            sa.text(
                "select current_setting('server_version'), current_setting('server_version_num'),"
                " current_setting('server_encoding'), installed_version, default_version"
                " from (select) as one"
                " left join pg_available_extensions on name = 'vector'"
            )
        ).one()
    version, number, encoding, vector, offered = row
    return Server(version.split()[0], int(number) // 10000, encoding, vector, offered)


def check_server(engine: sa.Engine) -> Server:
    """Raise DatabaseUnusable, with what to do, unless the server can hold our database."""
    server = inspect_server(engine)
    where = place_of(engine)
    if server.major < OLDEST:
        raise DatabaseUnusable(
            f"{where} is PostgreSQL {server.version}; HomeBooru needs {OLDEST} or newer."
        )
    if server.encoding != "UTF8":
        raise DatabaseUnusable(
            f"The database at {where} is encoded in {server.encoding}; make one in UTF8: "
            "createdb --encoding=UTF8 --template=template0 homebooru"
        )
    best = server.vector_offered or server.vector
    if best is None:
        raise DatabaseUnusable(
            f"{where} has no pgvector. Install it on that server (on Debian the package "
            f"postgresql-{server.major}-pgvector), then start again."
        )
    if not _is_new_enough(best):
        raise DatabaseUnusable(f"{where} has pgvector {best}; HomeBooru needs 0.8 or newer.")
    return server


def add_vector(engine: sa.Engine) -> None:
    """Create the extension, or bring it up to what we need, where that is allowed."""
    server = check_server(engine)
    if server.vector is None:
        _as_far_as_allowed(engine, "create extension if not exists vector")
    elif not _is_new_enough(server.vector):
        _as_far_as_allowed(engine, "alter extension vector update")


@contextmanager
def told_where(engine: sa.Engine) -> Iterator[None]:
    """Tell a failed connection in our words; a password is never among them."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
        reason = str(error.orig).strip()
        if "password" in reason:
            advice = (
                f"does not let the user {engine.url.username} in. Look at HOMEBOORU_DATABASE_URL"
            )
        else:
            advice = "does not answer. Does it run, and is HOMEBOORU_DATABASE_URL right?"
        raise DatabaseUnusable(f"{place_of(engine)} {advice} ({reason})") from error


def place_of(engine: sa.Engine) -> str:
    """Name a database for people: host and name, nothing secret."""
    host = engine.url.host or engine.url.query.get("host") or "this machine"
    port = f":{engine.url.port}" if engine.url.port else ""
    return f"The PostgreSQL at {host}{port} ({engine.url.database})"


def _is_new_enough(vector: str) -> bool:
    return tuple(int(part) for part in vector.split(".")[:2]) >= OLDEST_VECTOR


def _as_far_as_allowed(engine: sa.Engine, statement: str) -> None:
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
    except NoRights as error:
        raise DatabaseUnusable(
            f"{place_of(engine)} does not let us do this; ask its superuser to, in this "
            f"database: {statement};"
        ) from error
