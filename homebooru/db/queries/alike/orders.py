"""Posts that models are to describe: ordered, taken and done with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.alike.spaces import IS_MODEL, IS_OPEN, NOW
from homebooru.db.queries.looks import Undescribed
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work
from homebooru.db.tables import EmbeddingOrderRow, PostRow, SpaceRow


def is_waiting(*, or_claimed: bool) -> sa.ColumnElement[bool]:
    """Tell whether a model that works has anything to describe, or is to serve now."""
    due = EmbeddingOrderRow.due <= NOW
    ordered = sa.exists().where(
        EmbeddingOrderRow.space == SpaceRow.name,
        sa.or_(due, EmbeddingOrderRow.claimed_by.is_not(None)) if or_claimed else due,
    )
    any_order = sa.exists().where(EmbeddingOrderRow.space == SpaceRow.name)
    unlisted = SpaceRow.listed_to < SpaceRow.list_until
    is_done = sa.and_(SpaceRow.wanted, ~SpaceRow.serves, ~any_order)
    return sa.exists().where(IS_OPEN, sa.or_(ordered, unlisted, is_done))


def order(session: Session, post_ids: Collection[int]) -> None:
    """Have posts described by all models that describe any; what they made of them is old."""
    ids = sa.literal(sorted(post_ids), ARRAY(sa.Integer))
    posts = sa.func.unnest(ids).table_valued("id").render_derived()
    each = sa.select(SpaceRow.name, posts.c.id).select_from(SpaceRow).join(posts, sa.true())
    some = each.where(IS_MODEL)
    if _insert(session, some):
        queue.wake(session, Work.EMBEDDINGS)


def list_some(session: Session, row: SpaceRow, limit: int) -> bool:
    """Order the next posts for a model that is new; tell whether there may be more."""
    ids = session.scalars(
        sa.select(PostRow.id)
        .where(PostRow.id > row.listed_to, PostRow.id <= row.list_until, PostRow.state == "ready")
        .order_by(PostRow.id)
        .limit(limit)
    ).all()
    if ids:
        posts = sa.select(sa.literal(row.name), PostRow.id).where(any_of(PostRow.id, ids))
        _insert(session, posts)
    row.listed_to = ids[-1] if len(ids) == limit else row.list_until
    return row.listed_to < row.list_until


def _insert(session: Session, some: sa.Select[str, int]) -> int:
    """Order posts, also those that were taken already; return how many."""
    new = insert(EmbeddingOrderRow).from_select(["space", "post_id"], some)
    again = new.on_conflict_do_update(
        index_elements=[EmbeddingOrderRow.space, EmbeddingOrderRow.post_id],
        set_={"due": NOW, "claimed_by": None},
    )
    return len(session.scalars(again.returning(EmbeddingOrderRow.post_id)).all())


def take(session: Session, name: str, limit: int, worker_id: int | None) -> list[Undescribed]:
    """Take posts that a model is to describe; those that cannot be are done with."""
    only = EmbeddingOrderRow.space == name
    rows = queue.claim(session, EmbeddingOrderRow, limit=limit, worker_id=worker_id, only=only)
    taken = [row.post_id for row in rows]
    found = [
        Undescribed(row.id, row.sha256)
        for row in session.execute(
            sa.select(PostRow.id, PostRow.sha256).where(
                any_of(PostRow.id, taken), PostRow.state == "ready", PostRow.sha256.is_not(None)
            )
        )
    ]
    done(session, name, set(taken) - {one.post_id for one in found})
    return found


def done(session: Session, name: str, post_ids: Collection[int]) -> None:
    """Be done with posts, unless somebody ordered them anew meanwhile."""
    session.execute(
        sa.delete(EmbeddingOrderRow).where(
            EmbeddingOrderRow.space == name,
            any_of(EmbeddingOrderRow.post_id, list(post_ids)),
            EmbeddingOrderRow.due > NOW,
        )
    )


def release(session: Session, name: str, post_ids: Sequence[int]) -> None:
    """Let posts be due again that were taken and not described."""
    session.execute(
        sa.update(EmbeddingOrderRow)
        .where(EmbeddingOrderRow.space == name, any_of(EmbeddingOrderRow.post_id, list(post_ids)))
        .values(due=NOW, claimed_by=None)
        .execution_options(synchronize_session=False)
    )


def is_through(session: Session, row: SpaceRow) -> bool:
    """Tell whether a model has described all it shall."""
    left = sa.select(EmbeddingOrderRow.post_id).where(EmbeddingOrderRow.space == row.name).limit(1)
    return row.listed_to >= row.list_until and session.scalar(left) is None
