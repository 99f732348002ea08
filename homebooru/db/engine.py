"""Connections: the engine, and sessions that are one transaction each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session, sessionmaker

from homebooru.errors import DiskFull

Sessions = sessionmaker[Session]


def make_engine(url: str | sa.URL, *, pool_size: int = 5) -> sa.Engine:
    """Return an engine for a `postgresql://` address; nothing is connected yet."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # they hold what is nobody's business, and errors go into the log
        connect_args={"application_name": "homebooru", "connect_timeout": 10},
    )
    sa.event.listen(engine, "handle_error", _tell_full_disk)
    return engine


def conninfo(url: sa.URL) -> str:
    """Spell an engine's address the way PostgreSQL's own programs and psycopg take it.

    SQLAlchemy's spelling is not theirs: it writes a space in a socket's folder as a plus sign.
    """
    _, parameters = url.get_dialect()().create_connect_args(url)
    parameters.pop("context", None)  # SQLAlchemy's own
    return make_conninfo(**parameters)


def _tell_full_disk(context: ExceptionContext) -> None:
    """Raise DiskFull for what a server says whose disk is full; the statement left nothing behind."""
    error = context.original_exception
    if isinstance(error, psycopg.errors.DiskFull):
        raise DiskFull(
            f"The database has no room left ({error.diag.message_primary}). Make room on its "
            "disk, and it goes on."
        ) from error


@contextmanager
def one_moment(sessions: Sessions) -> Iterator[Session]:
    """Read everything as of one moment, that of the first statement."""
    with sessions.begin() as session:
        session.connection(
            execution_options={
                "isolation_level": "REPEATABLE READ",
                "postgresql_readonly": True,
            }
        )
        yield session


def make_sessions(engine: sa.Engine) -> Sessions:
    """Return a maker of sessions; `with sessions.begin() as session:` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)
