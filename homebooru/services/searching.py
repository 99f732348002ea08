"""Searches: the page, how many there are, the tags of the result, and help where it is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from math import sqrt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.scope import visible
from homebooru.db.queries.views import page_rows, views_of
from homebooru.db.tables import PostRow
from homebooru.domain.paging import Cursor
from homebooru.domain.posts import Drop, PostView, RelatedBy, SearchAnswer, TagView
from homebooru.domain.query import MAX_LIMIT, Query, parse
from homebooru.domain.query.saving import expanded
from homebooru.domain.query.tree import And, all_of, leaves
from homebooru.domain.query.writing import write
from homebooru.domain.scope import Scope
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder, Finding, Found, PlainFinding
from homebooru.search.naming import unknown_tags, with_nearest
from homebooru.search.plain import Asked
from homebooru.search.titles import unknown_holders
from homebooru.search.words import Words

LARGEST_ID = 2**31 - 1
MAX_OFFSET = 10_000_000
RELATED = 25
CANDIDATES = 200  # of the most frequent tags, among which those that stand out are looked for
MAX_DROPS = 10


def search(
    sessions: Sessions,
    text: str,
    scope: Scope,
    *,
    limit: int = 40,
    offset: int = 0,
    cursor: Cursor | None = None,
    related: RelatedBy = RelatedBy.FREQUENT,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> SearchAnswer:
    """Answer a search; its own `limit:` goes before `limit`, and `cursor` before `offset`.

    A cursor at a post that is not there is no cursor. Days are those of `zone`, or of this
    machine. Raises QuerySyntaxError where the text makes no sense, InvalidInput where a limit
    or an offset is out of bounds.
    """
    begin = offset if cursor is None else cursor
    with one_moment(sessions) as session:
        return search_at(
            session,
            text,
            scope,
            begin,
            limit=limit,
            related=related,
            finder=finder,
            now=now,
            zone=zone,
        )


def search_at(
    session: Session,
    text: str,
    scope: Scope,
    begin: Cursor | int,
    *,
    limit: int = 40,
    related: RelatedBy = RelatedBy.FREQUENT,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> SearchAnswer:
    """Answer a search at the moment of a transaction that begins with this; raises as `search`."""
    said = parse(text)
    cursor, offset = (begin, 0) if isinstance(begin, Cursor) else (None, begin)
    check_page(limit, offset)
    now = now or datetime.now(UTC)
    with finder.finding(session) as finding:
        query, asked = ask(session, said, scope, now, zone, finding=finding)
        limit = query.limit or limit
        found = finding.find(query, asked)
        count = found.count()
        if cursor and is_seen(session, cursor.post_id, scope):
            offset = found.spot(cursor.post_id).offset(cursor.side, count, limit)
        ids = found.page(offset, limit)
        with page_rows(session, ids, scope, meanwhile=found.is_at_hand) as rows:
            tags = finding.tags_of(ids)
            beside = related_tags(finding, found, scope, related)
        unknown = unknown_tags(finding, said.places, asked.tags, scope)
        drop = () if count else _drops(finding, said, asked)
    return SearchAnswer(
        query=text,
        count=count,
        posts=views_of(rows, tags),
        related=beside,
        limit=limit,
        offset=offset,
        unknown=with_nearest(session, PlainFinding(session), unknown, scope),
        unknown_holders=() if count else unknown_holders(session, leaves(said.tree), scope),
        drop=drop,
        nearest=query.nearest,
        undescribed=query.undescribed,
    )


def search_on(
    sessions: Sessions,
    text: str,
    scope: Scope,
    begin: Cursor | int,
    *,
    limit: int = 40,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[PostView, ...]:
    """Return one more page of a search, for whoever knows its count and tags already.

    It begins beside a post, or behind a number of posts. Raises as `search` does, and NotFound
    where there is no such post.
    """
    with one_moment(sessions) as session:
        return search_on_at(
            session, text, scope, begin, limit=limit, finder=finder, now=now, zone=zone
        )


def search_on_at(
    session: Session,
    text: str,
    scope: Scope,
    begin: Cursor | int,
    *,
    limit: int = 40,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[PostView, ...]:
    """Return one more page at the moment of a transaction that begins with this, as `search_on`."""
    said = parse(text)
    check_page(limit, 0 if isinstance(begin, Cursor) else begin)
    now = now or datetime.now(UTC)
    with finder.finding(session) as finding:
        query, asked = ask(session, said, scope, now, zone, finding=finding)
        limit = query.limit or limit
        found = finding.find(query, asked)
        if isinstance(begin, int):
            ids = found.page(begin, limit)
        elif is_seen(session, begin.post_id, scope):
            ids = found.beside(begin.post_id, begin.side, limit)
        else:
            raise NotFound(phrase("There is no post {post_id}.", post_id=begin.post_id))
        with page_rows(session, ids, scope, meanwhile=found.is_at_hand) as rows:
            tags = finding.tags_of(ids)
    return views_of(rows, tags)


def check_page(limit: int, offset: int) -> None:
    """Raise InvalidInput where there is no such page."""
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(
            phrase(
                "A page holds 1 to {max_limit} posts, not {limit}.",
                max_limit=MAX_LIMIT,
                limit=limit,
            )
        )
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidInput(
            phrase(
                "A page begins at 0 to {max_offset:,}, not {offset}.",
                max_offset=MAX_OFFSET,
                offset=offset,
            )
        )


def is_seen(session: Session, post_id: int, scope: Scope) -> bool:
    """Tell whether there is such a post, and the asker may see it, found or not."""
    here = sa.select(PostRow.id).where(PostRow.id == post_id, visible(scope))
    return 0 < post_id <= LARGEST_ID and session.scalar(here) is not None


def related_tags(
    finding: Finding, found: Found, scope: Scope, by: RelatedBy = RelatedBy.FREQUENT
) -> tuple[TagView, ...]:
    """Return tags of what was found, with how many of these posts have them."""
    if by is RelatedBy.FREQUENT:
        return named(finding.words, found.related(RELATED))
    often, count = found.related(CANDIDATES), found.count()
    whole = finding.count_tags(often, scope)
    views = finding.words.views(often)

    def likeness(tag: int) -> float:
        """Return the cosine between the posts found and those with the tag."""
        total = max(often[tag], whole[tag].count if tag in whole else 0)
        return often[tag] / sqrt(count * total)

    first = sorted(often, key=lambda tag: (-likeness(tag), views[tag].name))[:RELATED]
    return tuple(replace(views[tag], count=often[tag]) for tag in first)


def named(words: Words, often: Mapping[int, int]) -> tuple[TagView, ...]:
    """Return the first tags by how often they are, equals by name."""
    views = words.views(often)
    tags = (replace(views[tag], count=count) for tag, count in often.items())
    return tuple(sorted(tags, key=lambda tag: (-tag.count, tag.name))[:RELATED])


def _drops(finding: Finding, said: Query, asked: Asked) -> tuple[Drop, ...]:
    """Return the terms without any one of which something would have been found."""
    if not isinstance(said.tree, And):
        return ()
    terms = said.tree.parts
    drops = []
    for term in terms[:MAX_DROPS]:
        rest = all_of(*(other for other in terms if other != term))
        if count := finding.find(expanded(Query(rest), asked.saved), asked).count():
            drops.append(Drop(write(term), count))
    return tuple(sorted(drops, key=lambda drop: (-drop.count, drop.term)))
