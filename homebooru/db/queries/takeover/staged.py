"""What another program knew of pictures, while it waits for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import (
    EditBatchRow,
    FavouriteRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RecordRow,
    RememberedRow,
)
from homebooru.domain.lookups.outcomes import ANSWERED

READY = PostRow.md5 == RememberedRow.md5


def is_remembered(md5: sa.SQLColumnExpression[bytes | None]) -> sa.ColumnElement[bool]:
    """Tell whether something waits to be taken over of the picture with this digest."""
    return sa.exists().where(RememberedRow.md5 == md5).correlate_except(RememberedRow)


def is_ready() -> sa.ColumnElement[bool]:
    """Tell whether anything waits whose picture is there."""
    return sa.exists().where(READY)


def count_ready(session: Session, post_ids: Collection[int] | None = None) -> int:
    """Return of how many posts, or of these, something is to be taken over."""
    mine = sa.true() if post_ids is None else any_of(PostRow.id, list(post_ids))
    return session.scalar(sa.select(sa.func.count()).where(READY, mine)) or 0


def count_waiting(session: Session) -> int:
    """Return how many pictures something is known of that are not in the library."""
    there = sa.exists().where(READY).correlate(RememberedRow)
    return session.scalar(sa.select(sa.func.count(RememberedRow.md5)).where(~there)) or 0


def stage(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is to be taken over; what waits already stays as it is."""
    if rows:
        session.execute(insert(RememberedRow).values(list(rows)).on_conflict_do_nothing())


def take(session: Session, limit: int) -> Sequence[sa.Row[int, RememberedRow]]:
    """Return posts with what waits for them and nobody else is at."""
    return session.execute(
        sa.select(PostRow.id, RememberedRow)
        .join(RememberedRow, READY)
        .order_by(RememberedRow.md5)
        .limit(limit)
        .with_for_update(of=RememberedRow, skip_locked=True)
    ).all()


def drop(session: Session, md5s: Collection[bytes]) -> None:
    """Forget what was taken over."""
    session.execute(sa.delete(RememberedRow).where(RememberedRow.md5.in_(md5s)))


def note(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[tuple[int, str]]:
    """Keep what sources answered elsewhere, unless they answered here; return what was kept."""
    if not rows:
        return set()
    given = insert(RecordRow).values(list(rows))
    kept = given.on_conflict_do_update(
        index_elements=[RecordRow.post_id, RecordRow.source],
        set_={
            name: given.excluded[name]
            for name in ("outcome", "remote_id", "answer", "similarity", "asked_at", "due")
        }
        | {"waits_since": None},
        where=sa.and_(
            RecordRow.claimed_by.is_(None),
            sa.or_(RecordRow.outcome.is_(None), RecordRow.outcome.not_in(ANSWERED)),
        ),
    )
    return {
        (post_id, source)
        for post_id, source in session.execute(kept.returning(RecordRow.post_id, RecordRow.source))
    }


def new_pools(session: Session, wanted: Mapping[str, str]) -> dict[str, int]:
    """Make those pools (names and descriptions) that nobody has; return the ids of these."""
    if not wanted:
        return {}
    made = insert(PoolRow).values(
        [{"name": name, "description": text} for name, text in wanted.items()]
    )
    rows = session.execute(made.on_conflict_do_nothing().returning(PoolRow.name, PoolRow.id))
    return {row.name: row.id for row in rows}


def fill(session: Session, places: Iterable[tuple[int, int, int]]) -> None:
    """Put posts into pools that are still there: each the pool, the post and its place."""
    rows = [
        {"pool_id": pool, "post_id": post, "position": place}
        for pool, post, place in sorted(set(places))
    ]
    there = set(
        session.scalars(sa.select(PoolRow.id).where(PoolRow.id.in_({r["pool_id"] for r in rows})))
    )
    if left := [row for row in rows if row["pool_id"] in there]:
        session.execute(insert(PoolPostRow).values(left).on_conflict_do_nothing())


def like(session: Session, account_id: int, post_ids: Collection[int]) -> None:
    """Make posts favourites of an account, unless they are."""
    if rows := [{"account_id": account_id, "post_id": one} for one in sorted(post_ids)]:
        session.execute(insert(FavouriteRow).values(rows).on_conflict_do_nothing())


def count_edits(session: Session, changed: Mapping[int, int]) -> None:
    """Add to batches how many posts were changed by them."""
    for batch_id, number in sorted(changed.items()):
        session.execute(
            sa.update(EditBatchRow)
            .where(EditBatchRow.id == batch_id)
            .values(changed=EditBatchRow.changed + number, posts=EditBatchRow.posts + number)
        )
