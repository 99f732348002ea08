"""Brings a database to the schema of this code, and refuses one that is newer."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from homebooru.errors import DatabaseNewer

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration, bound to a connection where one is given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of the database, None where it is empty.

    Raises DatabaseNewer where this code does not know the revision.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseNewer(
            "The data was written by a newer HomeBooru. Update HomeBooru, or restore a backup "
            "that this version made."
        )
    return revision


def head_revision() -> str | None:
    """Return the revision that this code wants."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def upgrade(engine: sa.Engine) -> None:
    """Bring the database up to date; one process does it, others wait."""
    with engine.begin() as connection:
        connection.execute(sa.text("select pg_advisory_xact_lock(7283001)"))
        current_revision(connection)
        command.upgrade(alembic_config(connection), "head")
