"""Brings a database to the schema of this code, and refuses one that is newer or foreign."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from homebooru.db.backup import back_up_into
from homebooru.db.checks import add_vector, place_of, told_where
from homebooru.db.queue import LIVING
from homebooru.db.tables import Base
from homebooru.domain.upkeep.backups import KEPT_BEFORE_UPDATES, BackupKind
from homebooru.errors import DatabaseNewer, DatabaseUnusable

MIGRATIONS = Path(__file__).resolve().parent.parent.parent / "migrations"
UPGRADE_LOCK = 7283001
PATIENCE, BREATH = 10.0, 0.2  # seconds
TIMEOUTS = {"lock_timeout": "60s", "statement_timeout": "6h"}


def revisions() -> list[str]:
    """Return the revisions that this code knows, oldest first; each file's name begins with its own.

    Alembic is loaded only where there is something to migrate: every start asks this.
    """
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py"))


def head_revision() -> str:
    """Return the revision that this code wants."""
    return revisions()[-1]


def current_revision(connection: sa.Connection) -> str | None:
    """Return the revision of the database, None where it is empty.

    Raises DatabaseNewer where this code does not know the revision.
    """
    if connection.scalar(sa.text("select to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(sa.text("select version_num from alembic_version"))
    if revision is not None:
        check_known(revision)
    return revision


def check_known(revision: str) -> None:
    """Raise DatabaseNewer where this code does not know a revision."""
    if revision not in revisions():
        raise DatabaseNewer(
            "The data was written by a newer HomeBooru. Update HomeBooru, or restore a backup "
            "that this version made."
        )


def upgrade(
    engine: sa.Engine,
    *,
    backups: Path | None = None,
    gallery: Callable[[], str | None] | None = None,
) -> None:
    """Bring the database up to date, after a backup into `backups` where data is at stake.

    One process does it, others wait. Nothing has changed where it fails. `gallery` tells where
    a gallery runs on this data: what it works with is not changed under its feet.
    """
    if _revision(engine) == head_revision():
        return
    end = time.monotonic() + PATIENCE
    while (user := _user(engine, gallery)) and time.monotonic() < end:
        time.sleep(BREATH)  # it may be stopping, or be a new one that is at this very work
    with _alone(engine):
        revision = _revision(engine)
        if revision == head_revision():
            return
        if user:
            raise DatabaseUnusable(
                "This version of HomeBooru has to bring the database up to date, but "
                f"{user} Stop it first, then try again; nothing was changed."
            )
        add_vector(engine)
        if revision is None:
            _check_is_ours(engine)
        elif backups is not None:
            _back_up(engine, backups, revision)
        _migrate(engine)


def _user(engine: sa.Engine, gallery: Callable[[], str | None] | None) -> str | None:
    """Return who works with the tables as they are, as a sentence; None where nobody does."""
    if _revision(engine) in {None, head_revision()}:
        return None
    if gallery is not None and (address := gallery()) is not None:
        return f"a gallery still runs on it{address and f', at {address}'}."
    with engine.connect() as connection:
        worker = connection.scalar(LIVING)
    return None if worker is None else "a worker still runs on it."


def _revision(engine: sa.Engine) -> str | None:
    with told_where(engine), engine.connect() as connection:
        return current_revision(connection)


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[None]:
    """Hold the lock of upgrades, outside any transaction: a backup may take long."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.select(sa.func.pg_advisory_lock(UPGRADE_LOCK)))
        try:
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(UPGRADE_LOCK)))


def _check_is_ours(engine: sa.Engine) -> None:
    foreign = set(sa.inspect(engine).get_table_names()) & set(Base.metadata.tables)
    if foreign:
        raise DatabaseUnusable(
            f"{place_of(engine)} holds tables of another program ({', '.join(sorted(foreign))}). "
            "Give HomeBooru a database of its own."
        )


def _back_up(engine: sa.Engine, folder: Path, revision: str) -> None:
    try:
        back_up_into(engine, folder, BackupKind.UPDATE, kept=KEPT_BEFORE_UPDATES, more=revision)
    except (DatabaseUnusable, OSError) as error:
        raise DatabaseUnusable(
            "The database has to be brought up to date, but the backup before that could not be "
            f"made, so nothing was changed. {error}"
        ) from error


def _migrate(engine: sa.Engine) -> None:
    from alembic import command  # noqa: PLC0415 (slow to load)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            for name, value in TIMEOUTS.items():
                connection.execute(sa.select(sa.func.set_config(name, value, True)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except sa.exc.OperationalError as error:
        if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise
        raise DatabaseUnusable(
            "The database is in use by another HomeBooru, so it could not be brought up to date. "
            "Stop the others and start again; nothing was changed."
        ) from error
