"""Connections: the engine, and sessions that are one transaction each."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker[Session]


def make_engine(url: str, *, pool_size: int = 5) -> sa.Engine:
    """Return an engine for a `postgresql://` address; nothing is connected yet."""
    address = sa.make_url(url).set(drivername="postgresql+psycopg")
    return sa.create_engine(
        address,
        pool_size=pool_size,
        max_overflow=10,
        pool_pre_ping=True,
        connect_args={"application_name": "homebooru", "connect_timeout": 10},
    )


def make_sessions(engine: sa.Engine) -> Sessions:
    """Return a maker of sessions; `with sessions.begin() as session:` is one transaction."""
    return sessionmaker(engine, expire_on_commit=False)
