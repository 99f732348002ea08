"""Batches of edits, and the orders to make those that are too large for one transaction."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.records import spelled
from homebooru.db.queue import Work
from homebooru.db.tables import AccountRow, EditBatchRow, EditOrderRow
from homebooru.domain.editing.batches import BatchView
from homebooru.domain.editing.words import Via

LEFT = sa.func.cardinality(EditOrderRow.post_ids) - EditOrderRow.done


def place_order(session: Session, batch: EditBatchRow, post_ids: Sequence[int]) -> None:
    """Order a batch to be made of just these posts, and wake who does it."""
    fixed = sa.cast(sa.literal(spelled(post_ids), sa.Text), ARRAY(sa.Integer))
    session.execute(sa.insert(EditOrderRow).values(batch_id=batch.id, post_ids=fixed))
    queue.wake(session, Work.EDITS)


def strike_order(session: Session, batch: EditBatchRow) -> None:
    """Let nothing more be done of a batch, once what is at it has finished its transaction.

    The order goes before the batch is written: whoever is at it takes their rows that way round.
    """
    session.execute(sa.delete(EditOrderRow).where(EditOrderRow.batch_id == batch.id))
    batch.finished_at = batch.finished_at or sa.func.now()


def oldest_order(session: Session) -> int | None:
    """Return the batch that is to be made next."""
    return session.scalar(sa.select(sa.func.min(EditOrderRow.batch_id)))


def count_ordered(session: Session) -> int:
    """Return of how many posts batches are still to be made."""
    return session.scalar(sa.select(sa.func.sum(LEFT))) or 0


def take_next(session: Session, batch_id: int, *, limit: int) -> list[int] | None:
    """Return the next posts of an ordered batch; None where another worker is at it."""
    order = sa.select(EditOrderRow.done).where(EditOrderRow.batch_id == batch_id)
    done = session.scalar(order.with_for_update(skip_locked=True))
    if done is None:
        return None
    slice_ = EditOrderRow.post_ids[done + 1 : done + limit]
    return list(session.scalars(sa.select(slice_).where(EditOrderRow.batch_id == batch_id)).one())


def advance(session: Session, batch_id: int, count: int) -> None:
    """Note that so many more posts of an ordered batch are done."""
    done = sa.update(EditOrderRow).where(EditOrderRow.batch_id == batch_id)
    session.execute(done.values(done=EditOrderRow.done + count))


def view_batch(session: Session, batch_id: int) -> BatchView:
    """Return a batch, which there is, as it is shown."""
    wanted = (
        sa.select(EditBatchRow, AccountRow.name, LEFT)
        .outerjoin(AccountRow, AccountRow.id == EditBatchRow.account_id)
        .outerjoin(EditOrderRow, EditOrderRow.batch_id == EditBatchRow.id)
        .where(EditBatchRow.id == batch_id)
    )
    batch, name, left = session.execute(wanted).one()
    return BatchView(
        id=batch.id,
        account_id=batch.account_id,
        by=name,
        via=Via(batch.via),
        script=batch.script,
        query=batch.query,
        undoes_batch_id=batch.undoes_batch_id,
        posts=batch.posts,
        done=batch.posts - (left or 0),
        changed=batch.changed,
        left_alone=batch.left_alone,
        made_at=batch.made_at,
        finished_at=batch.finished_at,
    )
