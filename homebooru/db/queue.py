"""Work that is state: rows that are due, claimed in batches, and the call that wakes workers.

What is to be done is always a query over rows. A wake-up is sent inside the transaction that
makes work and is delivered at its commit; losing one loses nothing, since workers look anyway.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import conninfo
from homebooru.db.tables.base import Due

CHANNEL = "homebooru_work"
FOLLOWS = "follows:"
"""What stands before the name of a job that is called because something else happened."""
LEASE = timedelta(minutes=10)
MOST = 1000  # attempts that are counted
WORKER_LOCK = 7283002  # first key of the advisory lock that a living worker holds

# Of a machine that vanishes the server hears nothing; half a minute later it lets go of its lock.
KEEP_ALIVE = (
    "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"
)

LIVING = sa.text(
    "select objid::int from pg_locks where locktype = 'advisory' and classid = :key "
    "and objsubid = 2 and granted "
    "and database = (select oid from pg_database where datname = current_database())"
).bindparams(key=WORKER_LOCK)


class Work(StrEnum):
    """Kinds of work; the value names the job that does it."""

    SCANS = "scan_roots"
    FILES = "index_files"
    TAKEOVER = "take_over"
    TAGS = "retag_posts"
    COUNTS = "fold_counts"
    EDITS = "apply_edits"
    TRASH = "move_trash"
    SIDECARS = "write_sidecars"
    PUSHES = "push_tags"
    LOOKUPS = "fetch_tags"
    TAGGING = "tag_pictures"
    LISTS = "take_lists"
    UNDOING = "undo_acts"
    LOOKS = "describe_pictures"
    DUPLICATES = "find_duplicates"
    EMBEDDINGS = "embed_pictures"
    PICTURES = "fetch_pictures"
    WISHES = "follow_in_immich"
    BACKUPS = "make_backups"


Row = TypeVar("Row", bound=Due)


def wake(session: Session, work: Work) -> None:
    """Tell the workers, once this transaction commits, that there is work."""
    wake_job(session, work.value)


def wake_to_follow(session: Session, name: str) -> None:
    """Call for a job that follows what happened, once this transaction commits.

    Where a person cancelled it, nobody hears that: it waits until somebody asks for it.
    """
    wake_job(session, f"{FOLLOWS}{name}")


def wake_job(session: Session, name: str) -> None:
    """Ask the workers, once this transaction commits, to run a job."""
    session.execute(sa.select(sa.func.pg_notify(CHANNEL, name)))


def claim(
    session: Session,
    table: type[Row],
    *,
    limit: int,
    worker_id: int | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> Sequence[Row]:
    """Take up to `limit` due rows (`only` some) that nobody else is working on, the oldest ones."""
    key = sa.inspect(table).primary_key
    oldest = (
        sa.select(*key)
        .where(table.due <= sa.func.now(), sa.true() if only is None else only)
        .order_by(table.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    mine = {
        "due": sa.func.now() + LEASE,
        "claimed_by": worker_id,
        "attempts": sa.func.least(table.attempts + 1, MOST),
    }
    return session.scalars(
        sa.update(table)
        .where(*(column == oldest.c[column.name] for column in key))
        .values(mine)
        .returning(table),
        execution_options={"synchronize_session": False, "populate_existing": True},
    ).all()


def living_workers(session: Session) -> list[int]:
    """Return the ids of the workers whose processes live and reach the database."""
    return list(session.scalars(LIVING))


def release_dead_claims(session: Session, tables: Sequence[type[Due]]) -> int:
    """Make the rows of workers that no longer live due again; return how many."""
    living = living_workers(session)
    freed = 0
    for table in tables:
        freed += len(
            session.execute(
                sa.update(table)
                .where(table.claimed_by.is_not(None), table.claimed_by.not_in(living))
                .values(due=sa.func.now(), claimed_by=None)
                .returning(table.claimed_by)
            ).all()
        )
    return freed


def release_claims_of(
    session: Session,
    worker_id: int,
    tables: Sequence[type[Due]],
    *,
    only: sa.ColumnElement[bool] | None = None,
) -> None:
    """Make the rows (`only` some) that a worker holds due again."""
    for table in tables:
        session.execute(
            sa.update(table)
            .where(table.claimed_by == worker_id, sa.true() if only is None else only)
            .values(due=sa.func.now(), claimed_by=None)
            .execution_options(synchronize_session=False)
        )


@contextmanager
def at_work(engine: sa.Engine) -> Iterator[int]:
    """Count as a worker, by this id: what it claims and does not finish comes due again."""
    presence = WorkerPresence(engine)
    presence.hold()
    try:
        yield presence.id
    finally:
        presence.leave()


class WorkerPresence:
    """A worker's sign of life: a row, and an advisory lock that goes when its process dies.

    The lock lies on a connection of its own, which may also be used to listen.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._address = conninfo(engine.url)
        self._connection: psycopg.Connection[Any] | None = None
        self.id = 0

    def hold(self) -> psycopg.Connection[Any]:
        """Return the connection that holds the lock, made anew where the last one broke.

        Raises psycopg.OperationalError while the database cannot be reached.
        """
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._address,
                autocommit=True,
                connect_timeout=10,
                application_name="homebooru worker",
            )
            self._connection.execute(KEEP_ALIVE)
            if not (self.id and self._takes_lock(self._connection, self.id)):
                self.id = self._register(self._connection)
        return self._connection

    def leave(self) -> None:
        """Give the lock back; what this worker still has claimed is free for others."""
        if self._connection is None:
            return
        try:
            self._connection.execute("delete from worker where id = %s", (self.id,))
            self._connection.execute("select pg_advisory_unlock(%s, %s)", (WORKER_LOCK, self.id))
        except psycopg.OperationalError:
            pass  # without a database the lock is gone as well
        finally:
            self._connection.close()
            self._connection = None

    @staticmethod
    def _takes_lock(connection: psycopg.Connection[Any], worker_id: int) -> bool:
        """Take the lock of a known id, unless the server still thinks the old holder lives."""
        row = connection.execute(
            "select pg_try_advisory_lock(%s, id) from worker where id = %s",
            (WORKER_LOCK, worker_id),
        ).fetchone()
        return row is not None and bool(row[0])

    @staticmethod
    def _register(connection: psycopg.Connection[Any]) -> int:
        """Make a row and take its lock in one statement, so that no living row lacks its lock."""
        row = connection.execute(
            "with made as (insert into worker (host, pid) values (%s, %s) returning id) "
            "select id, pg_advisory_lock(%s, id) from made",
            (socket.gethostname(), os.getpid(), WORKER_LOCK),
        ).fetchone()
        assert row is not None
        return int(row[0])
