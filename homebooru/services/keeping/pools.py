"""Pools: posts in an order that people gave them; they belong to the whole household.

Nobody learns from a pool of posts that they may not see. Those that are hidden from whoever changes
it keep their places, and a pool of which somebody sees nothing is not there for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.scope import visible
from homebooru.db.tables import PoolPostRow, PoolRow, PostRow
from homebooru.domain.keeping.pools import Pool, pool_kind, pool_name, put_back
from homebooru.domain.query.tree import PoolKind
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.keeping.pool_order import (
    append_posts,
    arrange_posts,
    check_size,
    drop_posts,
    end_of,
    insert_posts,
    place_beside,
    posts_in_order,
    posts_inside,
)
from homebooru.services.keeping.pool_views import known, whole_pool
from homebooru.services.searching import LARGEST_ID
from homebooru.services.selecting import seen_of

DESCRIPTION_LENGTH = 10_000


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
        append_posts(session, row.id, seen_of(session, posts, scope), first=0)
        return whole_pool(session, row.id, scope)


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
        return whole_pool(session, pool_id, scope)


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
            inside = posts_inside(session, pool_id)
            new = [number for number in seen if number not in inside]
            append_posts(session, pool_id, new, first=end_of(session, pool_id))
        else:
            insert_posts(
                session, pool_id, seen, place_beside(session, pool_id, before, after, scope)
            )
        check_size(session, pool_id)
        row.updated_at = datetime.now(UTC)
        return whole_pool(session, pool_id, scope)


def put_posts_back(
    sessions: Sessions, pool_id: int, post_ids: Iterable[int], former: Iterable[int], scope: Scope
) -> Pool:
    """Put posts into a pool where they stood in its former order, which undoes `take_posts`."""
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        gone = seen_of(session, post_ids, scope)
        whole = put_back(posts_in_order(session, pool_id), gone, former)
        arrange_posts(session, pool_id, whole)
        check_size(session, pool_id)
        row.updated_at = datetime.now(UTC)
        return whole_pool(session, pool_id, scope)


def take_posts(sessions: Sessions, pool_id: int, post_ids: Iterable[int], scope: Scope) -> Pool:
    """Take posts out of a pool; the others keep their order."""
    with sessions.begin() as session:
        row = _held(session, pool_id, scope)
        drop_posts(session, pool_id, seen_of(session, post_ids, scope))
        row.updated_at = datetime.now(UTC)
        return whole_pool(session, pool_id, scope)


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
        removed = whole_pool(session, pool_id, scope)
        every = sa.select(PoolPostRow.post_id).join(PostRow, PostRow.id == PoolPostRow.post_id)
        mine = every.where(PoolPostRow.pool_id == pool_id, visible(scope))
        drop_posts(session, pool_id, session.scalars(mine).all())
        if not posts_inside(session, pool_id):
            session.delete(row)
        return removed


def _held(session: Session, pool_id: int, scope: Scope) -> PoolRow:
    """Return a pool that nobody else changes until this transaction ends."""
    wanted = sa.select(PoolRow).where(PoolRow.id == pool_id, known(scope)).with_for_update()
    row = session.scalars(wanted).one_or_none() if 0 < pool_id <= LARGEST_ID else None
    if row is None:
        raise NotFound(phrase("There is no pool {pool_id}.", pool_id=pool_id))
    return row


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
