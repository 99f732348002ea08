"""Connections: the engine, and sessions that are one transaction each."""

from __future__ import annotations

import sqlalchemy as sa
from psycopg.conninfo import make_conninfo
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker[Session]


def make_engine(url: str | sa.URL, *, pool_size: int = 5) -> sa.Engine:
    """Return an engine for a `postgresql://` address; nothing is connected yet."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        hide_parameters=True,  # they hold what is nobody's business, and errors go into the log
        connect_args={"application_name": "homebooru", "connect_timeout": 10},
    )


def conninfo(url: sa.URL) -> str:
    """Spell an engine's address the way PostgreSQL's own programs and psycopg take it.

    SQLAlchemy's spelling is not theirs: it writes a space in a socket's folder as a plus sign.
    """
    _, parameters = url.get_dialect()().create_connect_args(url)
    parameters.pop("context", None)  # SQLAlchemy's own
    return make_conninfo(**parameters)


def make_sessions(engine: sa.Engine) -> Sessions:
    """Return a maker of sessions; `with sessions.begin() as session:` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)
