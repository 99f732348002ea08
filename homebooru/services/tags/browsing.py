"""Tags to page through: by name, by age or by number of posts, each counted exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.counts import Candidates, candidates, count_tags
from homebooru.db.queries.records import any_of
from homebooru.db.tables import TagAliasRow, TagRow
from homebooru.domain.query import Query
from homebooru.domain.query.tree import Tag
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.search.columns import like
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.plain import Asked
from homebooru.services.searching import LARGEST_ID

CHUNK = 100
MOST_CHUNKS = 100
"""How many tags are looked through for somebody who sees only a few of them."""


class TagOrder(StrEnum):
    """What comes first: the newest tag, the first of the alphabet, or the one on most posts."""

    NEWEST = "newest"
    NAME = "name"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagWish:
    """Which tags are wanted, and in what order.

    `pattern` is a name with `*` for any signs; `below` and `above` are numbers of tags.
    """

    names: frozenset[str] | None = None
    ids: frozenset[int] | None = None
    pattern: str | None = None
    categories: frozenset[Category] | None = None
    below: int | None = None
    above: int | None = None
    order: TagOrder = TagOrder.NEWEST
    hide_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagEntry:
    """A tag with the number of posts in the grid that have it, and its other names."""

    id: int
    name: str
    category: Category
    count: int
    created_at: datetime
    aliases: tuple[str, ...] = ()


def browse_tags(
    sessions: Sessions,
    wish: TagWish,
    scope: Scope,
    *,
    offset: int = 0,
    limit: int = 20,
    finder: Finder = PLAIN,
) -> tuple[TagEntry, ...]:
    """Return a page of tags with the posts that the asker sees.

    Whoever does not see everything is told of no tag that is on none of those.
    """
    with one_moment(sessions) as session:
        if scope.sees_all:
            counts = _of_all(session, wish, scope, offset, limit)
        else:
            with finder.finding(session) as finding:
                counts = dict(_seen(session, finding, wish, scope, offset + limit)[offset:])
        return _entries(session, counts)


def _chosen(wish: TagWish) -> Candidates:
    chosen, total = candidates(sa.and_(sa.true(), *_conditions(wish)))
    if wish.hide_empty:
        chosen = chosen.where(total > 0)
    match wish.order:
        case TagOrder.NEWEST:
            return chosen.order_by(TagRow.id if wish.above is not None else TagRow.id.desc())
        case TagOrder.NAME:
            return chosen.order_by(TagRow.name)
        case TagOrder.COUNT:
            return chosen.order_by(total.desc(), TagRow.name)


def _conditions(wish: TagWish) -> Iterator[sa.ColumnElement[bool]]:
    if wish.names is not None:
        yield any_of(TagRow.name, sorted(wish.names))
    if wish.ids is not None:
        yield any_of(TagRow.id, [number for number in wish.ids if 0 < number <= LARGEST_ID])
    if wish.pattern is not None:
        yield TagRow.name.like(like(wish.pattern))
    if wish.categories is not None:
        yield TagRow.category.in_(wish.categories)
    if wish.below is not None:
        yield TagRow.id < wish.below
    if wish.above is not None:
        yield TagRow.id > wish.above


def _of_all(
    session: Session, wish: TagWish, scope: Scope, offset: int, limit: int
) -> dict[int, int]:
    """Return a page of tags for whoever sees everything: those totals are always at hand."""
    rows = session.execute(_chosen(wish).offset(offset).limit(limit)).all()
    used = count_tags(session, [row.id for row in rows], scope)
    counts = {row.id: used[row.id].count if row.id in used else 0 for row in rows}
    return {tag_id: count for tag_id, count in counts.items() if count or not wish.hide_empty}


def _seen(
    session: Session, finding: Finding, wish: TagWish, scope: Scope, wanted: int
) -> list[tuple[int, int]]:
    """Return the first tags of those that are on posts which the asker sees, with their number.

    All posts ever counted are at least those seen, so the most frequent ones are found when no
    later tag can have as many as the last of them.
    """
    found: list[tuple[int, int]] = []
    rows = session.execute(_chosen(wish).limit(CHUNK * MOST_CHUNKS)).all()
    for begin in range(0, len(rows), CHUNK):
        chunk = rows[begin : begin + CHUNK]
        by_count = wish.order is TagOrder.COUNT
        if len(found) >= wanted and not (by_count and chunk[0].total > found[wanted - 1][1]):
            break
        found += [pair for pair in _counted(finding, chunk, scope).items() if pair[1]]
        if by_count:
            found.sort(key=lambda pair: -pair[1])  # equals stay in the order of all posts
    return found[:wanted]


def _counted(
    finding: Finding, rows: Sequence[sa.Row[int, str, int, int]], scope: Scope
) -> dict[int, int]:
    """Return the tags with the numbers of posts that have them, whatever they mean now."""
    meant = {row.name: row.id for row in rows}
    asked = Asked(scope=scope, now=datetime.now(UTC), tags=meant)
    counts = finding.count_each([Query(Tag(name)) for name in meant], asked)
    return dict(zip(meant.values(), counts, strict=True))


def _entries(session: Session, counts: dict[int, int]) -> tuple[TagEntry, ...]:
    rows = session.scalars(sa.select(TagRow).where(any_of(TagRow.id, list(counts))))
    tags = {row.id: row for row in rows}
    aliases = _aliases(session, counts)
    return tuple(
        TagEntry(
            id=tag_id,
            name=tags[tag_id].name,
            category=Category(tags[tag_id].category),
            count=count,
            created_at=tags[tag_id].created_at,
            aliases=aliases.get(tag_id, ()),
        )
        for tag_id, count in counts.items()
    )


def _aliases(session: Session, tag_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    rows = session.execute(
        sa.select(TagAliasRow.consequent_id, TagRow.name)
        .join(TagRow, TagRow.id == TagAliasRow.antecedent_id)
        .where(any_of(TagAliasRow.consequent_id, list(tag_ids)))
        .order_by(TagRow.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for tag_id, name in rows:
        found[tag_id] = (*found.get(tag_id, ()), name)
    return found
