"""Reads pools for somebody: of posts that they may not see they learn nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PoolPostRow, PoolRow, PostRow
from homebooru.domain.keeping.pools import Pool
from homebooru.domain.query.tree import PoolKind
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.search.columns import folded, like
from homebooru.services.searching import LARGEST_ID

MOST_LISTED = 1_000


class PoolOrder(StrEnum):
    """What comes first in a list of pools: by name, or what is newest, newly changed, or longest."""

    NAME = "name"
    CREATED = "created"
    UPDATED = "updated"
    COUNT = "count"


def list_pools(
    sessions: Sessions,
    scope: Scope,
    *,
    pattern: str = "*",
    kind: PoolKind | None = None,
    ids: Sequence[int] | None = None,
    order: PoolOrder = PoolOrder.NAME,
    limit: int = 100,
    offset: int = 0,
) -> tuple[Pool, ...]:
    """Return the pools that somebody may know of, without their posts.

    `pattern` is a name with `*` for any signs; `ids` are the numbers of those that are wanted.
    """
    if not 1 <= limit <= MOST_LISTED or not 0 <= offset <= LARGEST_ID:
        raise InvalidInput(
            phrase("A list holds 1 to {most_listed:,} pools.", most_listed=MOST_LISTED)
        )
    wanted = [known(scope), folded(PoolRow.name).like(folded(sa.literal(like(pattern), sa.Text)))]
    wanted += [] if kind is None else [PoolRow.category == kind.value]
    wanted += [] if ids is None else [any_of(PoolRow.id, _possible(ids))]
    count = _count(scope)
    first: dict[PoolOrder, sa.ColumnElement[Any]] = {
        PoolOrder.NAME: PoolRow.name.asc(),
        PoolOrder.CREATED: PoolRow.created_at.desc(),
        PoolOrder.UPDATED: PoolRow.updated_at.desc(),
        PoolOrder.COUNT: count.desc(),
    }
    rows = sa.select(PoolRow, count).where(*wanted)
    page = rows.order_by(first[order], PoolRow.name, PoolRow.id).limit(limit).offset(offset)
    with sessions.begin() as session:
        return tuple(_view(row, count) for row, count in session.execute(page))


def get_pool(sessions: Sessions, pool_id: int, scope: Scope) -> Pool:
    """Return a pool with those of its posts that are seen, in their order. Raises NotFound."""
    with one_moment(sessions) as session:
        return whole_pool(session, pool_id, scope)


def whole_pool(session: Session, pool_id: int, scope: Scope) -> Pool:
    wanted = sa.select(PoolRow, _count(scope)).where(PoolRow.id == pool_id, known(scope))
    found = session.execute(wanted).one_or_none() if 0 < pool_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(phrase("There is no pool {pool_id}.", pool_id=pool_id))
    posts = sa.select(PoolPostRow.post_id).join(PostRow, PostRow.id == PoolPostRow.post_id)
    mine = posts.where(PoolPostRow.pool_id == pool_id, visible(scope), shown())
    in_order = mine.order_by(PoolPostRow.position, PoolPostRow.post_id)
    return _view(*found, tuple(session.scalars(in_order)))


def known(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell whether somebody may know of a pool: it is empty, or they see a post of it."""
    if scope.sees_all:
        return sa.true()
    inside = sa.exists().where(PoolPostRow.pool_id == PoolRow.id).correlate(PoolRow)
    seen = inside.where(PoolPostRow.post_id == PostRow.id, visible(scope))
    return sa.or_(~inside, seen)


def _count(scope: Scope) -> sa.ScalarSelect[int]:
    inside = sa.select(sa.func.count()).where(PoolPostRow.pool_id == PoolRow.id)
    seen = inside.where(PoolPostRow.post_id == PostRow.id, visible(scope), shown())
    return seen.correlate(PoolRow).scalar_subquery()


def _possible(ids: Iterable[int]) -> list[int]:
    return [number for number in ids if 0 < number <= LARGEST_ID]


def _view(row: PoolRow, count: int, posts: tuple[int, ...] = ()) -> Pool:
    return Pool(
        id=row.id,
        name=row.name,
        kind=PoolKind(row.category),
        description=row.description,
        count=count,
        created_at=row.created_at,
        updated_at=row.updated_at,
        posts=posts,
    )
