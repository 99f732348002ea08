"""The one place where ports meet adapters."""

from __future__ import annotations

import atexit
from dataclasses import dataclass

import sqlalchemy as sa

from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.engine import Sessions, make_engine, make_sessions
from homebooru.settings import Settings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What pages, jobs and commands work with."""

    settings: Settings
    engine: sa.Engine
    sessions: Sessions


def connect(settings: Settings | None = None) -> Deps:
    """Start or find the database, and return everything that hangs on it."""
    settings = settings or load_settings()
    engine = make_engine(database_url(settings))
    return Deps(settings=settings, engine=engine, sessions=make_sessions(engine))


def database_url(settings: Settings) -> str:
    """Return the address of the database, having started the embedded one if it is used."""
    if settings.database_url:
        return settings.database_url
    embedded = EmbeddedPostgres(settings.data / "database")
    atexit.register(embedded.release)
    return embedded.start()
