"""Which posts are in which pools, of several at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PoolPostRow, PostRow
from homebooru.domain.scope import Scope


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
