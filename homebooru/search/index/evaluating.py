"""From a query's tree to the set of posts that it finds, each step within what is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.domain.policy import Kind
from homebooru.domain.query import Query
from homebooru.domain.query.dates import DateSpan
from homebooru.domain.query.orders import Order
from homebooru.domain.query.tree import (
    FILE_TYPES,
    And,
    Dated,
    Detail,
    Everything,
    Favourite,
    FileType,
    From,
    Has,
    Held,
    Holder,
    InImmich,
    Interval,
    Is,
    Kin,
    Leaf,
    Measure,
    MetadataFound,
    Moment,
    Near,
    Node,
    Not,
    Number,
    Or,
    Pooled,
    Rated,
    Related,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
)
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.search.index.bitmaps import Ids, Mask, ids_of, of_ids, of_mask, united
from homebooru.search.index.table import Column, PostTable, Selected
from homebooru.search.plain import Asked

Listed = tuple[Ids, NDArray[np.int64]]
"""Posts, rising, and a number of each."""

SPARSE = 16  # one post in so many: then their places are looked up one by one
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SECOND = 1_000_000


class Tables(Protocol):
    """What the index does not hold itself."""

    def holds(self, leaf: Leaf, within: BitMap) -> BitMap:
        """Return those of some posts for which it holds, and maybe others."""

    def listed(self, order: Order) -> Listed:
        """Return the places of posts in a list whose order is asked for."""

    def folded(self, pattern: str) -> bytes:
        """Return a pattern as the names and folders are spelled with which it is compared."""

    def roots(self) -> Mapping[int, bytes]:
        """Return the names of the roots, spelled like that."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Answers one query; sets that it is given or gives are not to be changed."""

    table: PostTable
    asked: Asked
    tables: Tables

    def found(self, query: Query) -> BitMap:
        """Return the posts that a search finds, of those that the asker may see."""
        return self.holds(query.tree, self.kept(query, self.visible()))

    def visible(self) -> BitMap:
        """Return the posts that the asker may see at all."""
        return visible(self.table, self.asked.scope)

    def holds(self, node: Node, within: BitMap) -> BitMap:
        """Return those of some posts for which a tree holds."""
        match node:
            case And(parts):
                for part in sorted(parts, key=self._cost):
                    within = self.holds(part, within)
                return within
            case Or(parts):
                return united(self.holds(part, within) for part in parts)
            case Not(part):
                return within - self.holds(part, within)
        return self._leaf(node, within)

    def _cost(self, node: Node) -> tuple[int, int]:
        """Return what to begin with: few posts first, then what leaves some out cheaply."""
        match node:
            case Tag(name):
                return 0, len(self._tagged(name))
            case And() | Or() | Wildcard():
                return 2, 0
            case Not(part):
                return 1, self._cost(part)[0]
        return 3, 0

    def _leaf(self, leaf: Leaf, within: BitMap) -> BitMap:  # noqa: C901, PLR0911, PLR0912  a line for each kind
        table = self.table
        match leaf:
            case Everything():
                return within
            case Tag(name):
                return within & self._tagged(name)
            case Wildcard("*"):
                return self._flagged_of(Detail.TAGS, within)
            case Wildcard():
                return within & united(map(table.tags.of, self._meant(leaf)))
            case Suggested(Wildcard("*")):
                return self._flagged_of(Detail.SUGGESTION, within)
            case Suggested(tag):
                return within & united(map(table.suggestions.of, self._meant(tag)))
            case Rated(ratings):
                return within & united(table.ratings.of(rating.value) for rating in ratings)
            case FileType(types):
                mimes = (mime for name in types for mime in FILE_TYPES[name])
                return within & united(map(table.mimes.of, mimes))
            case From(sources):
                return within & united(map(table.sources.of, sources))
            case MetadataFound():
                models = self.asked.policy.sources(Kind.MODEL)
                voices = (table.telling.of(n) for n in table.telling.names() if n not in models)
                return within & united(voices)
            case Is(Status.ANY):
                return within
            case Is(status):
                return self._flagged_of(status, within)
            case Has(Detail.CHILDREN):
                return within & self._parents_of_shown()
            case Has(Detail.PARENT):
                return self._with_parent(within)
            case Has(Detail.DUPLICATES):
                return self.tables.holds(leaf, within) & within
            case Has(detail):
                return self._flagged_of(detail, within)
            case Related(kin, ids):
                return self._related(kin, ids, within)
            case Text(TextField.FILENAME, pattern):
                wanted = self.tables.folded(pattern)
                return within & table.places.named(wanted, self.asked.scope.places)
            case Text(TextField.FOLDER, pattern):
                wanted, roots = self.tables.folded(pattern), self.tables.roots()
                return within & table.places.in_folder(wanted, roots, self.asked.scope.places)
            case Text(TextField.SOURCE, pattern):
                anywhere = self.tables.folded(pattern if "*" in pattern else f"*{pattern}*")
                return within & table.addresses.owners(table.addresses.fitting(anywhere))
            case Dated(moment, dates):
                return self._dated(moment, dates, within)
            case Number(Measure.ID, spans):
                return united(self._ids_in(span, within) for span in spans)
            case Number(Measure.AGE, spans):
                return self._aged(spans, within)
            case Number(measure, spans) if measure in table.measures:
                column = table.measures[measure]
                return self._in_column(column, [(s.low, s.high) for s in spans], within)
            case Held(holder, pattern):
                held = table.held[holder]
                seen = within if holder is Holder.POOL else self._told_of_immich(within)
                return seen & (held.all if pattern == "*" else self._held(holder, leaf))
            case Pooled():
                return within & self._held(Holder.POOL, leaf)
            case InImmich(state):
                return self._told_of_immich(within) & table.mirrored.of(state.value)
            case Similar() | Near():
                return BitMap()
            case Favourite():
                account = self.asked.scope.account
                return within & (BitMap() if account is None else table.liked.of(account))
        return self.tables.holds(leaf, within) & within

    def _tagged(self, name: str) -> BitMap:
        tag = self.asked.tags.get(name)
        return BitMap() if tag is None else self.table.tags.of(tag)

    def _meant(self, tag: Tag | Wildcard) -> Sequence[int]:
        if isinstance(tag, Wildcard):
            return self.asked.wildcards.get(tag.pattern, ())
        meant = self.asked.tags.get(tag.name)
        return () if meant is None else (meant,)

    def _told_of_immich(self, within: BitMap) -> BitMap:
        """Return those of which the asker may know how they lie in Immich."""
        scope = self.asked.scope
        if scope.roots is None:
            return within
        return within & united(self.table.roots.of(-number) for number in scope.mirrors)

    def _held(self, holder: Holder, leaf: Held | Pooled) -> BitMap:
        return united(map(self.table.held[holder].of, self.asked.holders.get(leaf, ())))

    def _where(self, holds: Callable[[Selected], Mask], within: BitMap) -> BitMap:
        """Return those for which a condition on their columns holds."""
        if len(within) * SPARSE < self.table.size:
            posts = ids_of(within)
            return of_ids(posts[holds(posts)])
        return of_mask(holds(slice(0, self.table.size))) & within

    def _flagged_of(self, flag: Status | Detail, within: BitMap) -> BitMap:
        return self._where(lambda selected: self.table.flagged(flag, selected), within)

    def _flagged(self, flag: Status | Detail) -> BitMap:
        return of_mask(self.table.flagged(flag, slice(0, self.table.size)))

    def _in_column(
        self, column: Column, spans: list[tuple[int | None, int | None]], within: BitMap
    ) -> BitMap:
        """Return those whose number lies in one of the spans, both ends included."""

        def holds(selected: Selected) -> Mask:
            numbers = column.of(selected)
            held = np.zeros(len(numbers), np.bool_)
            for low, high in spans:
                inside = column.known(numbers)
                if low is not None:
                    inside &= numbers >= low
                if high is not None:
                    inside &= numbers <= high
                held |= inside
            return held

        return self._where(holds, within)

    def _dated(self, moment: Moment, dates: Iterable[DateSpan], within: BitMap) -> BitMap:
        spans: list[tuple[int | None, int | None]] = []
        for date in dates:
            start, end = date.moments(self.asked.now, self.asked.zone)
            spans.append((_micros(start), None if end is None else (end - EPOCH) // MICRO - 1))
        return self._in_column(self.table.moments[moment], spans, within)

    def _aged(self, ages: Iterable[Interval], within: BitMap) -> BitMap:
        """Whole seconds since then, rounded down: from `low` seconds to just below `high` + 1."""
        now = (self.asked.now - EPOCH) // MICRO
        spans = [
            (
                None if age.high is None else now - (age.high + 1) * SECOND + 1,
                None if age.low is None else now - age.low * SECOND,
            )
            for age in ages
        ]
        return self._in_column(self.table.moments[Moment.ADDED], spans, within)

    def _ids_in(self, span: Interval, within: BitMap) -> BitMap:
        low, high = max(0, span.low or 0), self.table.size
        if span.high is not None:
            high = max(0, min(high, span.high + 1))
        return within & BitMap(range(low, high)) if low < high else BitMap()

    def _parents_of_shown(self) -> BitMap:
        """Return the parents of all posts that the asker may see and that are shown."""
        return self._parents_of(shown_to(self.table, self.asked.scope))

    def _parents_of(self, posts: BitMap) -> BitMap:
        parents = np.unique(self.table.parents(ids_of(posts)))
        return of_ids(parents[parents > 0])

    def _with_parent(self, within: BitMap) -> BitMap:
        """Return those with a parent that the asker may see."""
        seen = np.zeros(self.table.size, np.bool_)
        seen[ids_of(self.visible())] = True
        seen[0] = False  # no parent at all
        return self._where(lambda selected: seen[self.table.parents(selected)], within)

    def _related(self, kin: Kin, ids: Iterable[Interval], within: BitMap) -> BitMap:
        named = united(self._ids_in(span, self.table.all) for span in ids)
        if kin is Kin.CHILD:
            children = shown_to(self.table, self.asked.scope) & named
            return within & self._parents_of(children)
        is_named = np.zeros(self.table.size, np.bool_)
        is_named[ids_of(named)] = True
        of_named = self._where(lambda selected: is_named[self.table.parents(selected)], within)
        return (within & named) | self._with_parent(of_named)

    def kept(self, query: Query, within: BitMap) -> BitMap:
        """Leave out missing and trashed posts where the search does not speak of them."""
        spoken = query.lifts()
        if Status.TRASHED in spoken:
            if Status.MISSING in spoken:
                return within
            return within - (self._flagged(Status.MISSING) - self._flagged(Status.TRASHED))
        if Status.MISSING in spoken:
            return within - self._flagged(Status.TRASHED)
        return within - self.table.hidden


def shown_to(table: PostTable, scope: Scope) -> BitMap:
    """Return the posts that are in somebody's grid: neither missing nor trashed."""
    return visible(table, scope) - table.hidden


def visible(table: PostTable, scope: Scope) -> BitMap:
    """Return the posts that somebody may see at all."""
    posts = table.all
    if scope.ceiling is not Rating.EXPLICIT:
        steps = list(Rating)
        allowed = [rating.value for rating in steps[: steps.index(scope.ceiling) + 1]]
        unrated = [""] if scope.unrated_as in allowed else []
        posts = posts & united(map(table.ratings.of, [*allowed, *unrated]))
    if scope.places is not None:
        posts = posts & united(map(table.roots.of, scope.places))
    return posts


def _micros(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // MICRO
