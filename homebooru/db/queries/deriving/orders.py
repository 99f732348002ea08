"""Orders to derive posts anew, and which posts they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.records import any_of
from homebooru.db.queries.tags import same_meaning
from homebooru.db.queue import Work
from homebooru.db.tables import ClaimRow, PostRow, RetagOrderRow, VerdictRow


@dataclass(frozen=True, slots=True)
class Order:
    """Posts to be derived anew: those that `tag_ids` concern (None: all), from an id on."""

    id: int
    tag_ids: tuple[int, ...] | None
    next_post_id: int
    reason: str


def place_order(session: Session, tag_ids: Iterable[int] | None, reason: str) -> None:
    """Order posts to be derived anew, and wake who does it."""
    named = None if tag_ids is None else sorted(tag_ids)
    session.execute(sa.insert(RetagOrderRow).values(tag_ids=named, reason=reason))
    queue.wake(session, Work.TAGS)


def order_for_tags(session: Session, tag_ids: Iterable[int], reason: str) -> None:
    """Order the posts of some tags, and of all that mean the same, to be derived anew."""
    place_order(session, same_meaning(session, tag_ids), reason)


def waiting_orders(session: Session) -> list[Order]:
    """Return the orders that are not carried out yet, oldest first."""
    rows = session.execute(
        sa.select(
            RetagOrderRow.id,
            RetagOrderRow.tag_ids,
            RetagOrderRow.next_post_id,
            RetagOrderRow.reason,
        ).order_by(RetagOrderRow.id)
    )
    return [
        Order(row.id, None if row.tag_ids is None else tuple(row.tag_ids), *row[2:]) for row in rows
    ]


def affected(order: Order) -> sa.Select[int]:
    """Select the ids of the posts that are still to be derived.

    A tag concerns a post that has it, on which it was decided, or of which somebody guesses it.
    Who is certain of it (no confidences) needs no look: there it is in, rejected, or not heard.
    """
    if order.tag_ids is None:
        return sa.select(PostRow.id).where(PostRow.id >= order.next_post_id)
    tags = sa.literal(order.tag_ids, ARRAY(sa.Integer))
    meant = sa.union(
        sa.select(PostRow.id).where(PostRow.tag_ids.op("&&")(tags)),
        sa.select(VerdictRow.post_id).where(any_of(VerdictRow.tag_id, order.tag_ids)),
        sa.select(ClaimRow.post_id).where(
            ClaimRow.confidences.is_not(None), ClaimRow.tag_ids.op("&&")(tags)
        ),
    ).subquery("meant")
    return sa.select(meant.c.id).where(meant.c.id >= order.next_post_id)


SPOKEN_OF = sa.text("""
    select tag from unnest(cast(:tag_ids as int[])) as tag where
        exists (select from post where tag_ids @> array[tag])
        or exists (select from verdict where tag_id = tag)
        or exists (select from claim where confidences is not null and tag_ids @> array[tag])
""")


def spoken_of(session: Session, tag_ids: Iterable[int]) -> frozenset[int]:
    """Return those tags that concern any post."""
    return frozenset(session.scalars(SPOKEN_OF, {"tag_ids": list(tag_ids)}))


def count_affected(session: Session, order: Order) -> int:
    """Return how many posts an order still concerns."""
    return session.scalar(sa.select(sa.func.count()).select_from(affected(order).subquery())) or 0


def next_affected(session: Session, order: Order, *, limit: int) -> list[int]:
    """Return the ids of the next posts that an order concerns."""
    return list(session.scalars(affected(order).order_by(sa.literal_column("1")).limit(limit)))


def advance_order(session: Session, order: Order, next_post_id: int) -> None:
    """Note how far an order is carried out."""
    session.execute(
        sa.update(RetagOrderRow)
        .where(RetagOrderRow.id == order.id)
        .values(next_post_id=next_post_id)
    )


def finish_order(session: Session, order: Order) -> None:
    """Strike an order that is carried out."""
    session.execute(sa.delete(RetagOrderRow).where(RetagOrderRow.id == order.id))
