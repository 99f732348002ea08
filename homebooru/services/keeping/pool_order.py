"""The order of the posts in a pool, kept inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import among, records
from homebooru.db.tables import PoolPostRow
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.selecting import MOST, seen_of


@dataclass(frozen=True, slots=True)
class Place:
    """Right before or behind a post of a pool."""

    post_id: int
    step: int


def place_beside(
    session: Session, pool_id: int, before: int | None, after: int | None, scope: Scope
) -> Place:
    """Return the place that is meant; a post that is hidden is in no pool."""
    if before is not None and after is not None:
        raise InvalidInput(phrase("Posts go before one post or after one, not both."))
    place = Place(before, 0) if before is not None else Place(after or 0, 1)
    if not seen_of(session, {place.post_id} & posts_inside(session, pool_id), scope):
        raise NotFound(
            phrase(
                "Post {post_id} is not in pool {pool_id}.", post_id=place.post_id, pool_id=pool_id
            )
        )
    return place


def insert_posts(session: Session, pool_id: int, post_ids: Sequence[int], place: Place) -> None:
    """Put posts beside another one, and everything behind them further back."""
    moved = [number for number in post_ids if number != place.post_id]
    drop_posts(session, pool_id, moved)
    beside = session.get_one(PoolPostRow, (pool_id, place.post_id), populate_existing=True)
    first = beside.position + place.step
    session.execute(
        sa.update(PoolPostRow)
        .where(PoolPostRow.pool_id == pool_id, PoolPostRow.position >= first)
        .values(position=PoolPostRow.position + len(moved))
        .execution_options(synchronize_session=False)
    )
    append_posts(session, pool_id, moved, first=first)


def arrange_posts(session: Session, pool_id: int, post_ids: Sequence[int]) -> None:
    """Let a pool hold posts in this order; those that are in it stay, others come in."""
    places = ({"post_id": n, "position": at} for at, n in enumerate(post_ids))
    table = PoolPostRow.__table__
    given = records(places, [table.c.post_id, table.c.position])
    new = insert(PoolPostRow).from_select(
        ["pool_id", "post_id", "position"],
        sa.select(sa.literal(pool_id), given.c.post_id, given.c.position),
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=["pool_id", "post_id"],
            set_={"position": new.excluded.position},
            where=PoolPostRow.position != new.excluded.position,
        )
    )


def append_posts(session: Session, pool_id: int, post_ids: Sequence[int], *, first: int) -> None:
    places = ({"post_id": n, "position": first + at} for at, n in enumerate(post_ids))
    table = PoolPostRow.__table__
    given = records(places, [table.c.post_id, table.c.position])
    session.execute(
        sa.insert(PoolPostRow).from_select(
            ["pool_id", "post_id", "position"],
            sa.select(sa.literal(pool_id), given.c.post_id, given.c.position),
        )
    )


def drop_posts(session: Session, pool_id: int, post_ids: Sequence[int]) -> None:
    session.execute(
        sa.delete(PoolPostRow).where(
            PoolPostRow.pool_id == pool_id, among(PoolPostRow.post_id, post_ids)
        )
    )


def posts_inside(session: Session, pool_id: int) -> frozenset[int]:
    mine = sa.select(PoolPostRow.post_id).where(PoolPostRow.pool_id == pool_id)
    return frozenset(session.scalars(mine))


def posts_in_order(session: Session, pool_id: int) -> list[int]:
    mine = sa.select(PoolPostRow.post_id).where(PoolPostRow.pool_id == pool_id)
    return list(session.scalars(mine.order_by(PoolPostRow.position, PoolPostRow.post_id)))


def end_of(session: Session, pool_id: int) -> int:
    last = sa.select(sa.func.max(PoolPostRow.position)).where(PoolPostRow.pool_id == pool_id)
    position = session.scalar(last)
    return 0 if position is None else position + 1


def check_size(session: Session, pool_id: int) -> None:
    if len(posts_inside(session, pool_id)) > MOST:
        raise InvalidInput(phrase("A pool holds at most {most:,} posts.", most=MOST))
