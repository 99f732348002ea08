"""What is shown of the trash, to whoever sees the posts in it, and how it is emptied."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.scope import visible
from homebooru.db.queries.trash.orders import FILE, place
from homebooru.db.tables import JobErrorRow, JobRunRow, PostRow, TrashOrderRow
from homebooru.domain.editing.trash import Wish
from homebooru.domain.scope import Scope

OF_LATE = timedelta(days=1)


def order_removal(session: Session, scope: Scope) -> int:
    """Order that all files in the trash be removed, of posts that somebody sees; how many."""
    waiting = sa.exists().where(TrashOrderRow.file_id == FILE.id)
    files = sa.select(FILE.id, sa.literal(Wish.REMOVE.value)).join(PostRow)
    return place(session, files.where(*_in_trash(scope), ~waiting))


def count_posts(session: Session, scope: Scope) -> int:
    """Return how many posts are in the trash; those of which no file is left are not."""
    trashed = PostRow.trashed_at.is_not(None), PostRow.missing_since.is_(None)
    wanted = sa.select(sa.func.count()).select_from(PostRow).where(*trashed, visible(scope))
    return session.scalar(wanted) or 0


def count_in_trash(session: Session, scope: Scope) -> tuple[int, int]:
    """Return how many files lie in the trash, of posts that somebody sees, and their bytes."""
    wanted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(FILE.size), 0))
    row = session.execute(
        wanted.select_from(FILE).join(PostRow, PostRow.id == FILE.post_id).where(*_in_trash(scope))
    ).one()
    return int(row[0]), int(row[1])


def count_waiting(session: Session, scope: Scope) -> dict[Wish, int]:
    """Return how many files wait to be moved or removed, by what is to be done."""
    rows = session.execute(
        sa.select(TrashOrderRow.wish, sa.func.count())
        .join(FILE, FILE.id == TrashOrderRow.file_id)
        .join(PostRow, PostRow.id == FILE.post_id)
        .where(visible(scope))
        .group_by(TrashOrderRow.wish)
    )
    return {Wish(wish): count for wish, count in rows}


def reasons_to_stay(session: Session, scope: Scope, *, limit: int) -> list[tuple[str, int]]:
    """Return why files could not be moved, and how many each time, the commonest first."""
    count = sa.func.count()
    rows = session.execute(
        sa.select(FILE.reason, count)
        .join(PostRow, PostRow.id == FILE.post_id)
        .where(FILE.reason.is_not(None), visible(scope))
        .group_by(FILE.reason)
        .order_by(count.desc(), FILE.reason)
        .limit(limit)
    )
    return [(reason or "", number) for reason, number in rows]


def told_of_late(session: Session, job: str, *, limit: int) -> list[tuple[str, str]]:
    """Return of what files a job said something within a day, and what, the latest first."""
    rows = session.execute(
        sa.select(JobErrorRow.what, JobErrorRow.reason)
        .join(JobRunRow, JobRunRow.id == JobErrorRow.run_id)
        .where(JobRunRow.name == job, JobErrorRow.at > sa.func.now() - OF_LATE)
        .order_by(JobErrorRow.id.desc())
        .limit(limit)
    )
    return [(row.what, row.reason) for row in rows]


def _in_trash(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return FILE.moved_at.is_not(None), PostRow.trashed_at.is_not(None), visible(scope)
