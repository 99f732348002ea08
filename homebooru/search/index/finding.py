"""Finds posts by the index; what it does not hold is asked of the tables, at the same moment."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from pyroaring import BitMap
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import PostRow, RootRow
from homebooru.domain.paging import Side, Spot
from homebooru.domain.posts import TagView
from homebooru.domain.query import Query
from homebooru.domain.query.orders import Order
from homebooru.domain.query.tree import Leaf, Measure, Moment, Node, all_of
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.search.columns import folded
from homebooru.search.finding import Finding, Found, PlainFinding, T, parts_of
from homebooru.search.index.bitmaps import ids_of, of_ids
from homebooru.search.index.evaluating import (
    EPOCH,
    MICRO,
    Evaluation,
    Listed,
    Tables,
    shown_to,
    visible,
)
from homebooru.search.index.kept import Kept
from homebooru.search.index.ranking import Ranking, ranking
from homebooru.search.index.related import Related
from homebooru.search.index.sharing import heaviest
from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable
from homebooru.search.ordering import listed
from homebooru.search.plain import Asked, holds

RISING = 100  # dates, of which one may be before the one in front of it
FEW = 5_000  # posts within which the tables are asked; where there are more, for all there are


@dataclass(frozen=True, slots=True)
class IndexFinding(Finding):
    """The index at the moment of a transaction."""

    session: Session
    table: PostTable
    names: WordTable
    counts: Related
    kept: Kept = field(default_factory=Kept)

    @property
    def words(self) -> WordTable:
        return self.names

    @property
    def far(self) -> None:
        return None

    def find(self, query: Query, asked: Asked) -> Found:
        tables = _Tables(self.session, asked)
        order = ranking(self.table, query.order, asked, tables)
        if order is None:
            return PlainFinding(self.session).find(query, asked)
        posts = Evaluation(self.table, asked, tables).found(query)
        return _IndexFound(posts, order, self.counts, self.table)

    def count_each(self, queries: Sequence[Query], asked: Asked) -> Sequence[int]:
        """Find once what the searches share."""
        evaluation = Evaluation(self.table, asked, _Tables(self.session, asked))
        shared = frozenset[Node]().union(*map(parts_of, queries[:1]))
        shared = shared.intersection(*map(parts_of, queries))
        within = evaluation.holds(all_of(*shared), evaluation.visible())

        def found(query: Query) -> BitMap:
            rest = all_of(*(part for part in parts_of(query) if part not in shared))
            return evaluation.holds(rest, evaluation.kept(query, within))

        return tuple(len(found(query)) for query in queries)

    def tags_of(self, post_ids: Sequence[int]) -> Mapping[int, tuple[TagView, ...]]:
        tags_of, in_order = self.table.tags.tags_of, self.words.in_order
        return {post: in_order(tags_of(post).tolist()) for post in post_ids}

    def seen_tags(self, tag_ids: Iterable[int], scope: Scope) -> frozenset[int]:
        seen = visible(self.table, scope)
        return frozenset(tag for tag in tag_ids if self.table.tags.of(tag).intersect(seen))

    def count_tags(self, tag_ids: Iterable[int], scope: Scope) -> Mapping[int, TagView]:
        tags = list(tag_ids)
        number = self._counting(scope)
        counted = {tag: number(tag) for tag in tags}
        views = self.words.views(tag for tag in tags if counted[tag])
        return {tag: replace(view, count=counted[tag]) for tag, view in views.items()}

    def tags_by_category(self, scope: Scope) -> Mapping[Category, int]:
        tags = self.counts.held(shown_to(self.table, scope), self.table.all)
        return Counter(view.category for view in self.words.views(tags.tolist()).values())

    def often(self, prefix: str, scope: Scope, limit: int) -> Sequence[TagView]:
        """Go from the tag of the most posts of any kind to where no later one can be so often."""
        tags = self.words.beginning(prefix)
        totals = self.table.tags.totals(tags)
        number = self._counting(scope)
        most: list[tuple[int, int]] = []
        for at in np.argsort(-totals, kind="stable").tolist():
            if not totals[at] or (len(most) >= limit and totals[at] < most[limit - 1][0]):
                break
            if count := number(int(tags[at])):
                bisect.insort(most, (count, int(tags[at])), key=lambda one: -one[0])
        views = self.words.views(tag for _, tag in most)
        found = [replace(views[tag], count=count) for count, tag in most]
        return sorted(found, key=lambda tag: (-tag.count, tag.name))[:limit]

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        return self.kept.at((self.table.version, self.names.version), key, make)

    def sharing(
        self, weights: Mapping[int, int], scope: Scope, besides: int, limit: int
    ) -> Mapping[int, int]:
        among = shown_to(self.table, scope) - BitMap([besides])
        return heaviest(self.table.tags, weights, among, limit)

    def _counting(self, scope: Scope) -> Callable[[int], int]:
        """Return what tells how many posts with a tag are shown."""
        of = self.table.tags.of
        if scope.sees_all:  # few are hidden
            return lambda tag: len(of(tag)) - of(tag).intersection_cardinality(self.table.hidden)
        return self.counts.counting(shown_to(self.table, scope))


@dataclass(frozen=True, slots=True)
class _Tables(Tables):
    session: Session
    asked: Asked

    def holds(self, leaf: Leaf, within: BitMap) -> BitMap:
        wanted = sa.select(PostRow.id).where(holds(leaf, self.asked))
        if len(within) <= FEW:
            wanted = wanted.where(any_of(PostRow.id, ids_of(within).tolist()))
        return of_ids(np.array(self.session.scalars(wanted).all(), np.uint32))

    def listed(self, order: Order) -> Listed:
        rows = self.session.execute(listed(order, self.asked).order_by("post")).all()
        posts, places = zip(*rows, strict=True) if rows else ((), ())
        return np.array(posts, np.uint32), np.array(places, np.int64)

    def folded(self, pattern: str) -> bytes:
        return self.session.scalars(sa.select(folded(sa.literal(pattern, sa.Text)))).one().encode()

    def roots(self) -> Mapping[int, bytes]:
        rows = self.session.execute(sa.select(RootRow.id, folded(RootRow.name)))
        return {root: name.encode() for root, name in rows}


@dataclass(frozen=True, slots=True)
class _IndexFound(Found):
    posts: BitMap
    order: Ranking
    counts: Related
    table: PostTable

    @property
    def is_at_hand(self) -> bool:
        return True

    def count(self) -> int:
        return len(self.posts)

    def page(self, offset: int, limit: int) -> Sequence[int]:
        return self.order.page(self.posts, offset, limit)

    def beside(self, post_id: int, side: Side, limit: int) -> Sequence[int]:
        beside = self.order.before if side is Side.BEFORE else self.order.after
        return beside(self.posts, post_id, limit)

    def spot(self, post_id: int) -> Spot:
        return self.order.spot(self.posts, post_id)

    def has(self, post_id: int) -> bool:
        return post_id in self.posts

    def within(self, post_ids: Collection[int]) -> Collection[int]:
        return frozenset(self.posts & BitMap(post_ids))

    def related(self, count: int) -> Mapping[int, int]:
        return dict(self.counts.most_frequent(self.posts, count))

    def suggested(self, count: int) -> Mapping[int, int]:
        return dict(Related(self.table.suggestions).most_frequent(self.posts, count))

    def span(self, moment: Moment) -> tuple[datetime, datetime] | None:
        dates = self._dates(moment)
        if not len(dates):
            return None
        return EPOCH + int(dates.min()) * MICRO, EPOCH + int(dates.max()) * MICRO

    def between(self, moment: Moment, begins: Sequence[datetime]) -> Sequence[int]:
        edges = np.array([(begin - EPOCH) // MICRO for begin in begins], np.int64)
        dates = self._dates(moment)
        if np.count_nonzero(dates[1:] < dates[:-1]) * RISING < len(dates):
            dates = np.sort(dates, kind="stable")  # in no time where they rise already
            counts = np.diff(np.append(np.searchsorted(dates, edges), len(dates)))
        else:
            places = np.searchsorted(edges, dates, "right")
            counts = np.bincount(places, minlength=len(edges) + 1)[1:]
        return [int(count) for count in counts]

    def weight(self) -> int:
        column = self.table.measures[Measure.FILESIZE]
        sizes = column.of(ids_of(self.posts))
        return int(sizes[column.known(sizes)].sum())

    def _dates(self, moment: Moment) -> NDArray[np.signedinteger]:
        column = self.table.moments[moment]
        dates = column.of(ids_of(self.posts))
        return dates[column.known(dates)]
