"""Searches: the page, how many there are, the tags of the result, and help where it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.counts import count_shown, list_tags
from homebooru.db.queries.policy import load_policy
from homebooru.db.queries.views import post_views
from homebooru.db.tables import PostRow, TagRow
from homebooru.domain.paging import Cursor
from homebooru.domain.posts import Drop, PostView, SearchAnswer, TagView, UnknownTag
from homebooru.domain.query import MAX_LIMIT, Query, parse
from homebooru.domain.query.tree import And, Everything, Wildcard, all_of, leaves
from homebooru.domain.query.writing import write
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput, NotFound
from homebooru.search.naming import fitting_tags, meanings, unknown_tags
from homebooru.search.ordering import arranged
from homebooru.search.places import page_beside, page_from, place_of, spot
from homebooru.search.plain import Asked, Predicate, found

MAX_OFFSET = 10_000_000
RELATED = 25
MAX_DROPS = 10


def search(
    sessions: Sessions,
    text: str,
    scope: Scope,
    *,
    limit: int = 40,
    offset: int = 0,
    cursor: Cursor | None = None,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> SearchAnswer:
    """Answer a search; its own `limit:` goes before `limit`, and `cursor` before `offset`.

    A cursor at a post that is not there is no cursor. Days are those of `zone`, or of this
    machine. Raises QuerySyntaxError where the text makes no sense, InvalidInput where a limit
    or an offset is out of bounds.
    """
    query = parse(text)
    limit = query.limit or limit
    check_page(limit, offset)
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session:
        asked = asked_by(session, query, scope, now, zone)
        wanted = found(query, asked)
        count, related = _summary(session, query, wanted, scope)
        line = arranged(query.order, scope, now=now, zone=zone)
        place = cursor and place_of(session, cursor.post_id, line, scope)
        if cursor and place:
            offset = spot(session, wanted, line, place).offset(cursor.side, count, limit)
        posts = page_from(session, wanted, line, offset, limit)
        return SearchAnswer(
            query=text,
            count=count,
            posts=post_views(session, posts, scope),
            related=related,
            limit=limit,
            offset=offset,
            unknown=_unknown(session, query, asked),
            drop=() if count else _drops(session, query, asked),
        )


def search_on(
    sessions: Sessions,
    text: str,
    scope: Scope,
    begin: Cursor | int,
    *,
    limit: int = 40,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[PostView, ...]:
    """Return one more page of a search, for whoever knows its count and tags already.

    It begins beside a post, or behind a number of posts. Raises as `search` does, and NotFound
    where there is no such post.
    """
    query = parse(text)
    limit = query.limit or limit
    check_page(limit, 0 if isinstance(begin, Cursor) else begin)
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session:
        wanted = found(query, asked_by(session, query, scope, now, zone))
        line = arranged(query.order, scope, now=now, zone=zone)
        if isinstance(begin, Cursor):
            place = place_of(session, begin.post_id, line, scope)
            if place is None:
                raise NotFound(f"There is no post {begin.post_id}.")
            posts = page_beside(session, wanted, line, place, begin, limit=limit)
        else:
            posts = page_from(session, wanted, line, begin, limit)
        return post_views(session, posts, scope)


def check_page(limit: int, offset: int) -> None:
    """Raise InvalidInput where there is no such page."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(f"A page holds 1 to {MAX_LIMIT} posts, not {limit}.")
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidInput(f"A page begins at 0 to {MAX_OFFSET:,}, not {offset}.")


@contextmanager
def one_moment(sessions: Sessions) -> Iterator[Session]:
    """Read everything as of one moment, so that count, page and tags fit together."""
    with sessions.begin() as session:
        session.connection(
            execution_options={
                "isolation_level": "REPEATABLE READ",
                "postgresql_readonly": True,
            }
        )
        yield session


def asked_by(
    session: Session, query: Query, scope: Scope, now: datetime, zone: tzinfo | None
) -> Asked:
    """Return what the answer to a search depends on."""
    return Asked(
        scope=scope,
        now=now,
        zone=zone,
        tags=meanings(session, query.places),
        wildcards=fitting_tags(
            session, (leaf.pattern for leaf in leaves(query.tree) if isinstance(leaf, Wildcard))
        ),
        policy=load_policy(session),
    )


def _summary(
    session: Session, query: Query, wanted: Predicate, scope: Scope
) -> tuple[int, tuple[TagView, ...]]:
    """Return how many posts fit, and their most frequent tags; of all posts both are kept."""
    if query.tree == Everything() and scope.sees_all:
        return count_shown(session), list_tags(session, "", scope, limit=RELATED)
    return count_posts(session, wanted), related_tags(session, wanted)


def count_posts(session: Session, wanted: Predicate) -> int:
    """Return how many posts fit."""
    return session.scalar(sa.select(sa.func.count()).select_from(PostRow).where(wanted)) or 0


def related_tags(session: Session, wanted: Predicate) -> tuple[TagView, ...]:
    """Return the tags that most of the posts have, with how many have them."""
    each = sa.select(sa.func.unnest(PostRow.tag_ids).label("tag_id")).where(wanted).subquery()
    often = sa.func.count().label("often")
    counted = sa.select(each.c.tag_id, often).group_by(each.c.tag_id).order_by(often.desc())
    counts = counted.fetch(RELATED, with_ties=True).subquery()  # thousands need no name
    rows = session.execute(
        sa.select(TagRow.name, TagRow.category, counts.c.often)
        .join(counts, counts.c.tag_id == TagRow.id)
        .order_by(counts.c.often.desc(), TagRow.name)
        .limit(RELATED)
    )
    return tuple(TagView(row.name, Category(row.category), row.often) for row in rows)


def _unknown(session: Session, query: Query, asked: Asked) -> tuple[UnknownTag, ...]:
    return unknown_tags(session, query.places, asked.tags, asked.scope)


def _drops(session: Session, query: Query, asked: Asked) -> tuple[Drop, ...]:
    """Return the terms without any one of which something would have been found."""
    if not isinstance(query.tree, And):
        return ()
    terms = query.tree.parts
    drops = []
    for term in terms[:MAX_DROPS]:
        rest = all_of(*(other for other in terms if other != term))
        if count := count_posts(session, found(Query(rest), asked)):
            drops.append(Drop(write(term), count))
    return tuple(sorted(drops, key=lambda drop: (-drop.count, drop.term)))
