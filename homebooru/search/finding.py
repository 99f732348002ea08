"""Finding posts, whichever way: by the tables themselves, or by the index of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries import counts
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow, TagRow
from homebooru.domain.paging import Side, Spot
from homebooru.domain.posts import TagView, in_order
from homebooru.domain.query import Query
from homebooru.domain.query.tree import And, Everything, Moment, Node, all_of
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.search.columns import TAG_IDS
from homebooru.search.ordering import Arrangement, arranged
from homebooru.search.plain import DATES, Asked, Predicate, found, holds, kept
from homebooru.search.words import PlainWords, Words

T = TypeVar("T")

MOMENTS = ARRAY(sa.DateTime(timezone=True))
NUMBERS = ARRAY(sa.Integer)


class Found(Protocol):
    """The posts that a search finds, in its order."""

    @property
    def is_at_hand(self) -> bool:
        """Tell whether what is asked of them and of their tags asks nothing of the tables."""

    def count(self) -> int: ...

    def page(self, offset: int, limit: int) -> Sequence[int]:
        """Return the ids of the page that begins behind so many posts."""

    def beside(self, post_id: int, side: Side, limit: int) -> Sequence[int]:
        """Return the ids of the page right after or before a post, found or not, in order."""

    def spot(self, post_id: int) -> Spot:
        """Return how many come before a post, found or not, and how many behind it."""

    def has(self, post_id: int) -> bool: ...

    def within(self, post_ids: Collection[int]) -> Collection[int]:
        """Return those of some posts that are found, whatever the order."""

    def related(self, count: int) -> Mapping[int, int]:
        """Return the tags that most of them have, with how many have them.

        Those as frequent as the last one are all there, more than `count` or not.
        """

    def suggested(self, count: int) -> Mapping[int, int]:
        """Return the tags that models suggest for most of them, like `related`."""

    def span(self, moment: Moment) -> tuple[datetime, datetime] | None:
        """Return the first and the last date that they have, or None where none has one."""

    def between(self, moment: Moment, begins: Sequence[datetime]) -> Sequence[int]:
        """Return how many have a date from each of some rising moments on, before the next."""

    def weight(self) -> int:
        """Return how large their files are together."""


class Finding(Protocol):
    """One moment of the library, to be searched.

    `far` is how far it counts the tags of a part of the gallery; None is to the end.
    """

    @property
    def words(self) -> Words: ...

    @property
    def far(self) -> int | None: ...

    def find(self, query: Query, asked: Asked) -> Found: ...

    def count_each(self, queries: Sequence[Query], asked: Asked) -> Sequence[int]:
        """Return how many posts each of some searches finds."""

    def tags_of(self, post_ids: Sequence[int]) -> Mapping[int, tuple[TagView, ...]]:
        """Return the tags of each of some posts, in their order, as they are listed."""

    def seen_tags(self, tag_ids: Iterable[int], scope: Scope) -> frozenset[int]:
        """Return those of some tags that a post has which the asker may see, shown or not."""

    def count_tags(self, tag_ids: Iterable[int], scope: Scope) -> Mapping[int, TagView]:
        """Return those of some tags that are on posts shown, with how many these are."""

    def tags_by_category(self, scope: Scope) -> Mapping[Category, int]:
        """Return how many tags of each category are on posts shown."""

    def often(self, prefix: str, scope: Scope, limit: int) -> Sequence[TagView]:
        """Return the tags that begin so and are on posts shown, the most frequent first."""

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes of posts and tags alone, perhaps made before of the same ones."""

    def sharing(
        self, weights: Mapping[int, int], scope: Scope, besides: int, limit: int
    ) -> Mapping[int, int]:
        """Return the posts shown, besides one, whose tags of some weigh most, with how much.

        Those with none of them are left out; the heaviest come first, of equals the newest.
        """


class Finder(Protocol):
    """A way to find posts."""

    def finding(self, session: Session) -> AbstractContextManager[Finding]:
        """Search the library at the moment of a transaction that begins with this."""

    def start(self) -> None:
        """Do what a process has to do before it can find things at once."""

    def resting(self) -> AbstractContextManager[bool]:
        """Find without a thread meanwhile, in a process that forks later; tell whether at once."""


class PlainFinder(Finder):
    """Finds by SQL: slow and obvious."""

    @contextmanager
    def finding(self, session: Session) -> Iterator[Finding]:
        yield PlainFinding(session)

    def start(self) -> None:
        """Nothing: the tables are always there."""

    @contextmanager
    def resting(self) -> Iterator[bool]:
        yield False


PLAIN = PlainFinder()


@dataclass(frozen=True, slots=True)
class PlainFinding(Finding):
    """The tables at the moment of a transaction."""

    session: Session

    @property
    def words(self) -> Words:
        return PlainWords(self.session)

    @property
    def far(self) -> int:
        return counts.GLANCE

    def find(self, query: Query, asked: Asked) -> Found:
        line = arranged(query.order, asked)
        is_all = query.tree == Everything() and asked.scope.sees_all
        return _PlainFound(self.session, found(query, asked), line, is_all=is_all)

    def count_each(self, queries: Sequence[Query], asked: Asked) -> Sequence[int]:
        """Count in one pass over what the searches share."""
        if not queries:
            return ()
        shared = set.intersection(*(set(parts_of(query)) for query in queries))
        each = [
            sa.func.count().filter(
                kept(query),
                holds(all_of(*(part for part in parts_of(query) if part not in shared)), asked),
            )
            for query in queries
        ]
        wanted = sa.and_(visible(asked.scope), holds(all_of(*shared), asked))
        counted = sa.select(*each).select_from(PostRow).where(wanted)
        return tuple(self.session.execute(counted).one())

    def tags_of(self, post_ids: Sequence[int]) -> Mapping[int, tuple[TagView, ...]]:
        wanted = sa.select(PostRow.id, PostRow.tag_ids).where(any_of(PostRow.id, post_ids))
        tags = {row.id: row.tag_ids for row in self.session.execute(wanted)}
        views = self.words.views({tag for each in tags.values() for tag in each})
        return {post: in_order(views[tag] for tag in tags[post]) for post in post_ids}

    def seen_tags(self, tag_ids: Iterable[int], scope: Scope) -> frozenset[int]:
        has_post = sa.exists().where(TAG_IDS.contains(array([TagRow.id])), visible(scope))
        wanted = sa.select(TagRow.id).where(any_of(TagRow.id, list(tag_ids)), has_post)
        return frozenset(self.session.scalars(wanted))

    def count_tags(self, tag_ids: Iterable[int], scope: Scope) -> Mapping[int, TagView]:
        return counts.count_tags(self.session, tag_ids, scope, quick=True)

    def tags_by_category(self, scope: Scope) -> Mapping[Category, int]:
        has_post = sa.exists().where(TAG_IDS.contains(array([TagRow.id])), shown(), visible(scope))
        counted = sa.select(TagRow.category, sa.func.count()).where(has_post)
        rows = self.session.execute(counted.group_by(TagRow.category))
        return {Category(category): number for category, number in rows}

    def often(self, prefix: str, scope: Scope, limit: int) -> Sequence[TagView]:
        return counts.list_tags(self.session, prefix, scope, limit=limit, quick=True)

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:  # noqa: ARG002 (of indexes)
        return make()

    def sharing(
        self, weights: Mapping[int, int], scope: Scope, besides: int, limit: int
    ) -> Mapping[int, int]:
        ids, each = list(weights), list(weights.values())
        given = sa.func.unnest(sa.literal(ids, NUMBERS), sa.literal(each, NUMBERS))
        said = given.table_valued("tag", "weight").render_derived()
        weighed = sa.select(sa.func.sum(said.c.weight)).where(
            said.c.tag == sa.any_(PostRow.tag_ids)
        )
        total = weighed.scalar_subquery().label("total")
        has_one = TAG_IDS.overlap(sa.literal(ids, NUMBERS))
        wanted = sa.select(PostRow.id, total).where(
            visible(scope), shown(), PostRow.id != besides, has_one
        )
        rows = self.session.execute(wanted.order_by(total.desc(), PostRow.id.desc()).limit(limit))
        return {post: weight for post, weight in rows}  # noqa: C416  rows are no pairs to mypy


def parts_of(query: Query) -> tuple[Node, ...]:
    """Return the terms of a search that all have to hold."""
    return query.tree.parts if isinstance(query.tree, And) else (query.tree,)


@dataclass(frozen=True, slots=True)
class _PlainFound(Found):
    session: Session
    wanted: Predicate
    line: Arrangement
    is_all: bool

    @property
    def is_at_hand(self) -> bool:
        return False

    def count(self) -> int:
        if self.is_all:
            return counts.count_shown(self.session)
        counted = sa.select(sa.func.count()).select_from(PostRow).where(self.wanted)
        return self.session.scalar(counted) or 0

    def page(self, offset: int, limit: int) -> Sequence[int]:
        page = sa.select(PostRow.id).where(self.wanted).order_by(*self.line.order_by)
        return self.session.scalars(page.limit(limit).offset(offset)).all()

    def beside(self, post_id: int, side: Side, limit: int) -> Sequence[int]:
        backwards = side is Side.BEFORE
        way = self.line.backwards() if backwards else self.line
        page = sa.select(PostRow.id).where(self.wanted, way.beyond(self._place(post_id)))
        ids = self.session.scalars(page.order_by(*way.order_by).limit(limit)).all()
        return ids[::-1] if backwards else ids

    def spot(self, post_id: int) -> Spot:
        place = self._place(post_id)
        before, behind = (
            sa.func.count().filter(way.beyond(place)) for way in (self.line.backwards(), self.line)
        )
        counted = sa.select(before, behind).select_from(PostRow).where(self.wanted)
        row = self.session.execute(counted).one()
        return Spot(row[0], row[1])

    def has(self, post_id: int) -> bool:
        here = sa.select(PostRow.id).where(PostRow.id == post_id, self.wanted)
        return self.session.scalar(here) is not None

    def within(self, post_ids: Collection[int]) -> Collection[int]:
        held = sa.select(PostRow.id).where(any_of(PostRow.id, post_ids), self.wanted)
        return frozenset(self.session.scalars(held))

    def related(self, count: int) -> Mapping[int, int]:
        return self._most_frequent(PostRow.tag_ids, count)

    def suggested(self, count: int) -> Mapping[int, int]:
        return self._most_frequent(PostRow.suggestion_ids, count)

    def _most_frequent(
        self, column: InstrumentedAttribute[list[int]], count: int
    ) -> Mapping[int, int]:
        each = sa.select(sa.func.unnest(column).label("tag")).where(self.wanted).subquery()
        often = sa.func.count().label("often")
        wanted = sa.select(each.c.tag, often).group_by(each.c.tag).order_by(often.desc())
        rows = self.session.execute(wanted.fetch(count, with_ties=True))
        return {tag: often for tag, often in rows}  # noqa: C416  rows are no pairs to mypy

    def span(self, moment: Moment) -> tuple[datetime, datetime] | None:
        column = DATES[moment]
        ends = sa.select(sa.func.min(column), sa.func.max(column)).where(self.wanted)
        first, last = self.session.execute(ends).one()
        return None if first is None or last is None else (first, last)

    def between(self, moment: Moment, begins: Sequence[datetime]) -> Sequence[int]:
        column, edges = DATES[moment], sa.literal(list(begins), MOMENTS)
        stretch = sa.func.width_bucket(column, edges).label("stretch")
        counted = sa.select(stretch, sa.func.count()).where(self.wanted, column >= begins[0])
        counts = {row[0]: row[1] for row in self.session.execute(counted.group_by("stretch"))}
        return [counts.get(number, 0) for number in range(1, len(begins) + 1)]

    def weight(self) -> int:
        total = sa.select(sa.func.sum(PostRow.size)).where(self.wanted)
        return int(self.session.scalar(total) or 0)

    def _place(self, post_id: int) -> sa.Row[tuple[object, ...]]:
        here = sa.select(*self.line.columns).where(PostRow.id == post_id)
        return self.session.execute(here).one()
