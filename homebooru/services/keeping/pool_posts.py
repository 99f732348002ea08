"""Which posts are in which pools, of several at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PoolPostRow, PoolRow, PostRow
from homebooru.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlace:
    """Where a post stands in a pool: its number there, and its neighbours."""

    pool_id: int
    name: str
    number: int
    count: int
    before: int | None
    after: int | None


def places_in_pools(sessions: Sessions, post_id: int, scope: Scope) -> tuple[PoolPlace, ...]:
    """Return where a post stands in each of its pools, counting posts that the asker sees alone."""
    mine = sa.select(PoolPostRow.pool_id).where(PoolPostRow.post_id == post_id)
    pool = PoolPostRow.pool_id
    order = (PoolPostRow.position, PoolPostRow.post_id)
    placed = (
        sa.select(
            PoolPostRow.pool_id,
            PoolPostRow.post_id,
            sa.over(sa.func.row_number(), partition_by=pool, order_by=order).label("number"),
            sa.over(sa.func.lag(PoolPostRow.post_id), partition_by=pool, order_by=order).label(
                "before"
            ),
            sa.over(sa.func.lead(PoolPostRow.post_id), partition_by=pool, order_by=order).label(
                "after"
            ),
            sa.over(sa.func.count(), partition_by=pool).label("total"),
        )
        .join(PostRow, PostRow.id == PoolPostRow.post_id)
        .where(PoolPostRow.pool_id.in_(mine), visible(scope), shown())
        .subquery()
    )
    wanted = (
        sa.select(placed, PoolRow.name)
        .join(PoolRow, PoolRow.id == placed.c.pool_id)
        .where(placed.c.post_id == post_id)
        .order_by(PoolRow.name)
    )
    with sessions.begin() as session:
        return tuple(
            PoolPlace(
                pool_id=row.pool_id,
                name=row.name,
                number=row.number,
                count=row.total,
                before=row.before,
                after=row.after,
            )
            for row in session.execute(wanted)
        )


def posts_of_pools(
    sessions: Sessions, pool_ids: Collection[int], scope: Scope
) -> Mapping[int, list[int]]:
    """Return the posts of each pool that the asker sees in the grid, in their order."""
    posts = (
        sa.select(PoolPostRow.pool_id, PoolPostRow.post_id)
        .join(PostRow, PostRow.id == PoolPostRow.post_id)
        .where(any_of(PoolPostRow.pool_id, pool_ids), visible(scope), shown())
        .order_by(PoolPostRow.position, PoolPostRow.post_id)
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    with sessions.begin() as session:
        for pool_id, post_id in session.execute(posts):
            found[pool_id].append(post_id)
    return found


def pools_holding(
    sessions: Sessions, post_ids: Collection[int], scope: Scope, *, every: bool = False
) -> frozenset[int]:
    """Return the pools with one of some posts that the asker sees, or with `every` all of them."""
    posts = (
        sa.select(PoolPostRow.pool_id)
        .join(PostRow, PostRow.id == PoolPostRow.post_id)
        .where(any_of(PostRow.id, post_ids), visible(scope), shown())
        .group_by(PoolPostRow.pool_id)
        .having(sa.func.count() >= (len(post_ids) if every else 1))
    )
    with sessions.begin() as session:
        return frozenset(session.scalars(posts))
