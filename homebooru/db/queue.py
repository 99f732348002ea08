"""Work that is state: rows that are due, claimed in batches, and the call that wakes workers.

What is to be done is always a query over rows. A wake-up is sent inside the transaction that
makes work and is delivered at its commit; losing one loses nothing, since workers look anyway.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables.base import Due

CHANNEL = "homebooru_work"
LEASE = timedelta(minutes=10)
WORKER_LOCK = 7283002  # first key of the advisory lock that a living worker holds


class Work(StrEnum):
    """Kinds of work; the value names the job that does it."""

    SCANS = "scan_roots"
    FILES = "index_files"
    TAGS = "retag_posts"
    COUNTS = "fold_counts"


Row = TypeVar("Row", bound=Due)


def wake(session: Session, work: Work) -> None:
    """Tell the workers, once this transaction commits, that there is work."""
    session.execute(sa.select(sa.func.pg_notify(CHANNEL, work.value)))


def claim(
    session: Session, table: type[Row], *, limit: int, worker_id: int | None = None
) -> Sequence[Row]:
    """Take up to `limit` due rows that nobody else is working on, oldest first."""
    rows = session.scalars(
        sa.select(table)
        .where(table.due <= sa.func.now())
        .order_by(table.due)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    until = session.scalars(sa.select(sa.func.now() + LEASE)).one()
    for row in rows:
        row.due, row.claimed_by, row.attempts = until, worker_id, row.attempts + 1
    session.flush()  # the claim must be in the transaction before its rows are handed out
    return rows


def release_dead_claims(session: Session, tables: Sequence[type[Due]]) -> int:
    """Make the rows of workers that no longer live due again; return how many."""
    alive = sa.text(
        "select objid::int from pg_locks where locktype = 'advisory' and classid = :key "
        "and objsubid = 2 and database = (select oid from pg_database where datname = current_database())"
    ).bindparams(key=WORKER_LOCK)
    living = list(session.scalars(alive))
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
