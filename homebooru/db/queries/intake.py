"""Files that wait to be read, and posts that wait to be prepared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.tables import IntakeRow, LocationRow, PostRow, PreparationRow, RootRow
from homebooru.domain.intake import Found
from homebooru.domain.media import Stamp

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file to be read, with the stamp that the scan saw."""

    root_id: int
    path: bytes
    root: bytes
    stamp: Stamp
    sidecars: bytes
    words_only: bool
    attempts: int

    @property
    def place(self) -> tuple[int, bytes]:
        return self.root_id, self.path


@dataclass(frozen=True, slots=True)
class Unprepared:
    """A post without facts and thumbnails; `file` is None where its bytes lie nowhere now."""

    post_id: int
    sha256: bytes
    file: bytes | None
    stamp: Stamp | None
    attempts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """How many files wait to be read and posts to be prepared; `size` is these posts' bytes."""

    files: int
    posts: int
    size: int


def enqueue(session: Session, root_id: int, files: Iterable[Found], *, words_only: bool) -> None:
    """Put files into the queue; one that is there already waits for what is new about it."""
    rows = [
        {
            "root_id": root_id,
            "path": file.path,
            "size": file.stamp.size,
            "mtime_ns": file.stamp.mtime_ns,
            "sidecars": file.sidecars,
            "words_only": words_only,
            "touched_ns": file.touched_ns,
        }
        for file in files
    ]
    if not rows:
        return
    new = insert(IntakeRow)
    was = sa.tuple_(IntakeRow.size, IntakeRow.mtime_ns, IntakeRow.sidecars, IntakeRow.words_only)
    now = sa.tuple_(
        new.excluded.size, new.excluded.mtime_ns, new.excluded.sidecars, new.excluded.words_only
    )
    upsert = new.on_conflict_do_update(
        index_elements=[IntakeRow.root_id, IntakeRow.path],
        set_={
            "size": new.excluded.size,
            "mtime_ns": new.excluded.mtime_ns,
            "sidecars": new.excluded.sidecars,
            "words_only": IntakeRow.words_only & new.excluded.words_only,
            "touched_ns": new.excluded.touched_ns,
            "unread": False,
            "due": sa.func.now(),
            "claimed_by": None,
            "attempts": 0,
        },
        where=sa.or_(
            was.is_distinct_from(now),
            IntakeRow.unread & (IntakeRow.touched_ns != new.excluded.touched_ns),
        ),
    )
    session.execute(upsert, rows)


def claim_files(session: Session, limit: int, worker_id: int | None) -> list[Waiting]:
    """Take files that are due and that nobody else is reading."""
    rows = queue.claim(session, IntakeRow, limit=limit, worker_id=worker_id)
    roots = {
        row.id: row.path
        for row in session.execute(
            sa.select(RootRow.id, RootRow.path).where(RootRow.id.in_({r.root_id for r in rows}))
        )
    }
    return [
        Waiting(
            row.root_id,
            row.path,
            roots[row.root_id],
            Stamp(row.size, row.mtime_ns),
            row.sidecars,
            row.words_only,
            row.attempts,
        )
        for row in rows
    ]


def claim_posts(session: Session, limit: int, worker_id: int | None) -> list[Unprepared]:
    """Take posts that are due to be prepared and that nobody else is at."""
    rows = queue.claim(session, PreparationRow, limit=limit, worker_id=worker_id)
    attempts = {row.post_id: row.attempts for row in rows}
    places = session.execute(
        sa.select(
            PostRow.id,
            PostRow.sha256,
            RootRow.path.label("root"),
            LocationRow.path,
            LocationRow.size,
            LocationRow.mtime_ns,
        )
        .outerjoin(
            LocationRow,
            sa.and_(
                LocationRow.post_id == PostRow.id,
                LocationRow.sha256 == PostRow.sha256,
                LocationRow.missing_since.is_(None),
            ),
        )
        .outerjoin(RootRow, sa.and_(RootRow.id == LocationRow.root_id, RootRow.state != "removed"))
        .where(PostRow.id.in_(attempts))
        .ext(distinct_on(PostRow.id))
        .order_by(PostRow.id, RootRow.state.desc().nulls_last(), LocationRow.id)
    )
    return [
        Unprepared(
            row.id,
            row.sha256,
            row.root + b"/" + row.path if row.root is not None else None,
            Stamp(row.size, row.mtime_ns) if row.root is not None else None,
            attempts[row.id],
        )
        for row in places
    ]


def let_prepare(session: Session, post_ids: Sequence[int]) -> None:
    """Let posts wait for their facts, unless they do already."""
    if post_ids:
        new = insert(PreparationRow).values([{"post_id": one} for one in post_ids])
        session.execute(new.on_conflict_do_nothing())


def finish_files(session: Session, done: Iterable[tuple[int, bytes, Stamp]]) -> None:
    """Take files out of the queue, but not those that a scan saw changed since."""
    rows = [(root_id, path, stamp.size, stamp.mtime_ns) for root_id, path, stamp in done]
    if rows:
        key = sa.tuple_(IntakeRow.root_id, IntakeRow.path, IntakeRow.size, IntakeRow.mtime_ns)
        session.execute(sa.delete(IntakeRow).where(key.in_(rows)))


def postpone_file(
    session: Session, file: Waiting, delay: timedelta, *, words_only: bool = False
) -> None:
    """Look at a file again later; unless said otherwise, at all of it."""
    session.execute(
        sa.update(IntakeRow)
        .where(IntakeRow.root_id == file.root_id, IntakeRow.path == file.path)
        .values(due=sa.func.now() + delay, claimed_by=None, words_only=words_only)
        .execution_options(synchronize_session=False)
    )


def postpone_unread(session: Session, file: Waiting, delay: timedelta) -> None:
    """Try a file that could not be read again later, unless a scan sees a change before."""
    session.execute(
        sa.update(IntakeRow)
        .where(
            IntakeRow.root_id == file.root_id,
            IntakeRow.path == file.path,
            IntakeRow.size == file.stamp.size,
            IntakeRow.mtime_ns == file.stamp.mtime_ns,
        )
        .values(due=sa.func.now() + delay, claimed_by=None, unread=True)
        .execution_options(synchronize_session=False)
    )


def hurry_unread(session: Session, root_ids: Iterable[int]) -> None:
    """Try the files again now that could not be read."""
    session.execute(
        sa.update(IntakeRow)
        .where(IntakeRow.unread, IntakeRow.claimed_by.is_(None), IntakeRow.root_id.in_(root_ids))
        .values(due=sa.func.now())
        .execution_options(synchronize_session=False)
    )


def drop_unread(session: Session, files: Sequence[tuple[int, bytes]]) -> None:
    """Take files out of the queue that could not be read, and are gone."""
    if files:
        place = sa.tuple_(IntakeRow.root_id, IntakeRow.path)
        session.execute(sa.delete(IntakeRow).where(IntakeRow.unread, place.in_(files)))


def postpone_post(session: Session, post_id: int, delay: timedelta) -> None:
    session.execute(
        sa.update(PreparationRow)
        .where(PreparationRow.post_id == post_id)
        .values(due=sa.func.now() + delay, claimed_by=None)
        .execution_options(synchronize_session=False)
    )


def release_files(session: Session, files: Sequence[Waiting]) -> None:
    """Give files back that were taken and not read."""
    if files:
        session.execute(
            sa.update(IntakeRow)
            .where(sa.tuple_(IntakeRow.root_id, IntakeRow.path).in_([f.place for f in files]))
            .values(due=sa.func.now(), claimed_by=None)
            .execution_options(synchronize_session=False)
        )


def release_posts(session: Session, post_ids: Sequence[int]) -> None:
    """Give posts back that were taken and not prepared."""
    if post_ids:
        session.execute(
            sa.update(PreparationRow)
            .where(PreparationRow.post_id.in_(post_ids))
            .values(due=sa.func.now(), claimed_by=None)
            .execution_options(synchronize_session=False)
        )


def drop_preparations(session: Session, post_ids: Sequence[int]) -> None:
    if post_ids:
        session.execute(sa.delete(PreparationRow).where(PreparationRow.post_id.in_(post_ids)))


def count_backlog(session: Session) -> Backlog:
    """Return how much waits, due or not, and can be read for all that is known."""
    files = session.scalars(sa.select(sa.func.count()).where(~IntakeRow.unread)).one()
    posts, size = session.execute(
        sa.select(sa.func.count(), sa.func.sum(PostRow.size)).join_from(
            PreparationRow, PostRow, PostRow.id == PreparationRow.post_id
        )
    ).one()
    return Backlog(files=files, posts=posts, size=int(size or 0))


def seconds_until_due(session: Session) -> float | None:
    """Return how long until the next file or post is due; None if none waits."""
    soonest = sa.func.least(
        sa.select(sa.func.min(IntakeRow.due)).scalar_subquery(),
        sa.select(sa.func.min(PreparationRow.due)).scalar_subquery(),
    )
    wait = session.scalar(sa.select(sa.extract("epoch", soonest - sa.func.clock_timestamp())))
    return None if wait is None else max(0.0, float(wait))


def is_another_waiting(session: Session, file: Waiting, sizes: Iterable[int]) -> bool:
    """Tell whether a file of one of these sizes waits that might hold the same bytes."""
    return bool(
        session.scalar(
            sa.select(
                sa.exists().where(
                    IntakeRow.size.in_(set(sizes)),
                    ~IntakeRow.words_only,
                    ~IntakeRow.unread,
                    sa.tuple_(IntakeRow.root_id, IntakeRow.path) != (file.root_id, file.path),
                )
            )
        )
    )
