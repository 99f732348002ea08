"""Connections: the engine, and sessions that are one transaction each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from homebooru.errors import DiskFull, HomeBooruError, NoRights

Sessions = sessionmaker[Session]

RESTS_SINCE = "rests since"
NAP = 0.1  # seconds


def make_engine(url: str | sa.URL, *, pool_size: int = 5) -> sa.Engine:
    """Return an engine for a `postgresql://` address; nothing is connected yet."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_use_lifo=True,  # the one used last has statements and rows at hand
        hide_parameters=True,  # they hold what is nobody's business, and errors go into the log
        connect_args={"application_name": "homebooru", "connect_timeout": 10},
    )
    sa.event.listen(engine, "handle_error", _tell_disk)
    sa.event.listen(engine, "checkin", _note_rest)
    sa.event.listen(engine, "checkout", partial(_wake, engine.dialect))
    return engine


def bound_statements(engine: sa.Engine, seconds: int) -> None:
    """Let no statement of connections to come take longer: for a process that people wait for."""

    def set_limit(connection: Any, _record: object) -> None:
        connection.autocommit = True  # else it would go with the first transaction
        connection.execute(f"set statement_timeout = '{seconds}s'")
        connection.autocommit = False

    sa.event.listen(engine, "connect", set_limit)


def unbounded(engine: sa.Engine) -> sa.Engine:
    """Return the same connections for work that nobody waits for: it may take as long as it does."""
    patient = engine.execution_options()
    sa.event.listen(patient, "begin", _lift_bound)
    return patient


def _lift_bound(connection: sa.Connection) -> None:
    connection.exec_driver_sql("set local statement_timeout = 0")


def _note_rest(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[RESTS_SINCE] = time.monotonic()


def _wake(
    dialect: sa.Dialect,
    connection: DBAPIConnection,
    record: ConnectionPoolEntry,
    _proxy: PoolProxiedConnection,
) -> None:
    """Make sure that a connection which was not used for a while still lives.

    A page takes one several times, one moment after another: it is asked for the first time only.
    """
    rests_since = record.info.get(RESTS_SINCE)
    if rests_since is None or time.monotonic() - rests_since < NAP:
        return
    try:
        dialect.do_ping(connection)
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def conninfo(url: sa.URL) -> str:
    """Spell an engine's address the way PostgreSQL's own programs and psycopg take it.

    SQLAlchemy's spelling is not theirs: it writes a space in a socket's folder as a plus sign.
    """
    _, parameters = url.get_dialect()().create_connect_args(url)
    parameters.pop("context", None)  # SQLAlchemy's own
    return make_conninfo(**parameters)


def _tell_disk(context: ExceptionContext) -> None:
    if (error := told(context.original_exception)) is not None:
        raise error from context.original_exception


def told(error: BaseException) -> HomeBooruError | None:
    """Return what to tell of a server that cannot write, or None; nothing is left behind."""
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return NoRights(
            f"The database may not do what it has to ({error.diag.message_primary}). Let it write "
            "to its disk again, and it goes on."
        )
    if isinstance(error, psycopg.errors.DiskFull):
        return DiskFull(
            f"The database has no room left ({error.diag.message_primary}). Make room on its "
            "disk, and it goes on."
        )
    return None


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


@contextmanager
def single_statements(sessions: Sessions) -> Iterator[Session]:
    """Run statements that need not see one moment, each for itself: that takes fewer messages."""
    with sessions.begin() as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        yield session


def make_sessions(engine: sa.Engine) -> Sessions:
    """Return a maker of sessions; `with sessions.begin() as session:` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)
