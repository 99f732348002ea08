"""Pools: posts in an order that people gave them; they belong to the whole household.

Nobody learns from a pool of posts that they may not see. Those that are hidden from whoever changes
it keep their places, and a pool of which somebody sees nothing is not there for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.records import any_of, records
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PoolPostRow, PoolRow, PostRow
from homebooru.domain.keeping.pools import Pool, pool_kind, pool_name
from homebooru.domain.query.tree import PoolKind
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.search.columns import folded, like
from homebooru.services.searching import LARGEST_ID
from homebooru.services.selecting import MOST, seen_of

DESCRIPTION_LENGTH = 10_000
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
    wanted = [_known(scope), folded(PoolRow.name).like(folded(sa.literal(like(pattern), sa.Text)))]
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
        return _whole(session, pool_id, scope)


def add_pool(
    sessions: Sessions,
    name: str,
    scope: Scope,
    *,
    kind: str = PoolKind.COLLECTION,
    description: str = "",
    posts: Iterable[int] = (),
) -> Pool:
    """Make a pool, with those of some posts that are seen. Raises Conflict for a name in use."""
    row = PoolRow(name=pool_name(name), category=pool_kind(kind), description=_text(description))
    with sessions.begin() as session:
        session.add(row)
        _keep(session, row)
        _put(session, row.id, seen_of(session, posts, scope), first=0)
        return _whole(session, row.id, scope)


def change_pool(
    sessions: Sessions,
    pool_id: int,
    scope: Scope,
    *,
    name: str | None = None,
    kind: str | None = None,
    description: str | None = None,
) -> Pool:
    """Change what is said of a pool. Raises Conflict for a name in use."""
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        row.name = row.name if name is None else pool_name(name)
        row.category = row.category if kind is None else pool_kind(kind)
        row.description = row.description if description is None else _text(description)
        _keep(session, row)
        return _whole(session, pool_id, scope)


def put_posts(
    sessions: Sessions,
    pool_id: int,
    post_ids: Iterable[int],
    scope: Scope,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Pool:
    """Put posts into a pool, in this order: before or after one of its posts, else at its end.

    Those that are in it already move there when a place is named, else they stay where they are.
    Raises NotFound where the post beside which they belong is not in the pool.
    """
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        seen = seen_of(session, post_ids, scope)
        if before is None and after is None:
            inside = _inside(session, pool_id)
            new = [number for number in seen if number not in inside]
            _put(session, pool_id, new, first=_end(session, pool_id))
        else:
            _insert(session, pool_id, seen, _place(session, pool_id, before, after, scope))
        _check_size(session, pool_id)
        row.updated_at = datetime.now(UTC)
        return _whole(session, pool_id, scope)


def take_posts(sessions: Sessions, pool_id: int, post_ids: Iterable[int], scope: Scope) -> Pool:
    """Take posts out of a pool; the others keep their order."""
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        _take(session, pool_id, seen_of(session, post_ids, scope))
        row.updated_at = datetime.now(UTC)
        return _whole(session, pool_id, scope)


def remove_pool(sessions: Sessions, pool_id: int, name: str, scope: Scope) -> Pool:
    """Remove a pool, and return what it was, so that it can be made again.

    `name` has to be its name, so that nobody removes another one by mistake: raises Conflict. Where
    it holds posts that are hidden from whoever asks, it stays with them alone.
    """
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        if pool_name(name) != row.name:
            raise Conflict(
                phrase(
                    "Pool {pool_id} is named {name}. Say so to remove it.",
                    pool_id=pool_id,
                    name=row.name,
                )
            )
        removed = _whole(session, pool_id, scope)
        every = sa.select(PoolPostRow.post_id).join(PostRow, PostRow.id == PoolPostRow.post_id)
        mine = every.where(PoolPostRow.pool_id == pool_id, visible(scope))
        _take(session, pool_id, session.scalars(mine).all())
        if not _inside(session, pool_id):
            session.delete(row)
        return removed


@dataclass(frozen=True, slots=True)
class _Place:
    """Right before or behind a post of a pool."""

    post_id: int
    step: int


def _place(
    session: Session, pool_id: int, before: int | None, after: int | None, scope: Scope
) -> _Place:
    """Return the place that is meant; a post that is hidden is in no pool."""
    if before is not None and after is not None:
        raise InvalidInput(phrase("Posts go before one post or after one, not both."))
    place = _Place(before, 0) if before is not None else _Place(after or 0, 1)
    if not seen_of(session, {place.post_id} & _inside(session, pool_id), scope):
        raise NotFound(
            phrase(
                "Post {post_id} is not in pool {pool_id}.", post_id=place.post_id, pool_id=pool_id
            )
        )
    return place


def _insert(session: Session, pool_id: int, post_ids: Sequence[int], place: _Place) -> None:
    """Put posts beside another one, and everything behind them further back."""
    moved = [number for number in post_ids if number != place.post_id]
    _take(session, pool_id, moved)
    beside = session.get_one(PoolPostRow, (pool_id, place.post_id), populate_existing=True)
    first = beside.position + place.step
    session.execute(
        sa.update(PoolPostRow)
        .where(PoolPostRow.pool_id == pool_id, PoolPostRow.position >= first)
        .values(position=PoolPostRow.position + len(moved))
        .execution_options(synchronize_session=False)
    )
    _put(session, pool_id, moved, first=first)


def _put(session: Session, pool_id: int, post_ids: Sequence[int], *, first: int) -> None:
    places = ({"post_id": n, "position": first + at} for at, n in enumerate(post_ids))
    table = PoolPostRow.__table__
    given = records(places, [table.c.post_id, table.c.position])
    session.execute(
        sa.insert(PoolPostRow).from_select(
            ["pool_id", "post_id", "position"],
            sa.select(sa.literal(pool_id), given.c.post_id, given.c.position),
        )
    )


def _take(session: Session, pool_id: int, post_ids: Sequence[int]) -> None:
    session.execute(
        sa.delete(PoolPostRow).where(
            PoolPostRow.pool_id == pool_id, any_of(PoolPostRow.post_id, post_ids)
        )
    )


def _inside(session: Session, pool_id: int) -> frozenset[int]:
    mine = sa.select(PoolPostRow.post_id).where(PoolPostRow.pool_id == pool_id)
    return frozenset(session.scalars(mine))


def _end(session: Session, pool_id: int) -> int:
    last = sa.select(sa.func.max(PoolPostRow.position)).where(PoolPostRow.pool_id == pool_id)
    position = session.scalar(last)
    return 0 if position is None else position + 1


def _check_size(session: Session, pool_id: int) -> None:
    if len(_inside(session, pool_id)) > MOST:
        raise InvalidInput(phrase("A pool holds at most {most:,} posts.", most=MOST))


def _held(session: Session, pool_id: int, scope: Scope) -> PoolRow:
    """Return a pool that nobody else changes until this transaction ends."""
    wanted = sa.select(PoolRow).where(PoolRow.id == pool_id, _known(scope)).with_for_update()
    row = session.scalars(wanted).one_or_none() if 0 < pool_id <= LARGEST_ID else None
    if row is None:
        raise NotFound(phrase("There is no pool {pool_id}.", pool_id=pool_id))
    return row


def _whole(session: Session, pool_id: int, scope: Scope) -> Pool:
    wanted = sa.select(PoolRow, _count(scope)).where(PoolRow.id == pool_id, _known(scope))
    found = session.execute(wanted).one_or_none() if 0 < pool_id <= LARGEST_ID else None
    if found is None:
        raise NotFound(phrase("There is no pool {pool_id}.", pool_id=pool_id))
    posts = sa.select(PoolPostRow.post_id).join(PostRow, PostRow.id == PoolPostRow.post_id)
    mine = posts.where(PoolPostRow.pool_id == pool_id, visible(scope), shown())
    in_order = mine.order_by(PoolPostRow.position, PoolPostRow.post_id)
    return _view(*found, tuple(session.scalars(in_order)))


def _known(scope: Scope) -> sa.ColumnElement[bool]:
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


def _keep(session: Session, row: PoolRow) -> None:
    name = row.name
    row.updated_at = datetime.now(UTC)
    try:
        session.flush()  # here, so that the conflict can be told
    except IntegrityError as error:
        raise Conflict(phrase("There is a pool named {name} already.", name=name)) from error


def _text(description: str) -> str:
    if len(description) > DESCRIPTION_LENGTH:
        raise InvalidInput(
            phrase(
                "A description has at most {description_length:,} characters.",
                description_length=DESCRIPTION_LENGTH,
            )
        )
    return description.strip()


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
