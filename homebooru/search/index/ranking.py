"""Puts what was found in order, no more of it than is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from homebooru.domain.paging import Spot
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import Measure, Moment
from homebooru.search.index.bitmaps import Ids, ids_of
from homebooru.search.index.evaluating import Tables
from homebooru.search.index.places import NO_NAME
from homebooru.search.index.table import Column, PostTable
from homebooru.search.plain import Asked
from homebooru.search.shuffling import daily_seed, shuffle_keys

Keys = NDArray[np.integer[Any]]

FEW = 4096  # posts that are sorted as they are
SAMPLE = 512
COMMON = 0.2  # of all keys: one so common is put aside, since partitioning stumbles over equals


class Ranking(Protocol):
    """An order that the index knows, of any set of posts."""

    def page(self, posts: BitMap, offset: int, limit: int) -> list[int]:
        """Return the ids of a page of posts."""

    def after(self, posts: BitMap, place: int, limit: int) -> list[int]:
        """Return the ids of the first posts behind the one at `place`, which need not be found."""

    def before(self, posts: BitMap, place: int, limit: int) -> list[int]:
        """Return the ids of the last posts before the one at `place`, in the order asked for."""

    def spot(self, posts: BitMap, place: int) -> Spot:
        """Return how many posts come before the one at `place`, and how many behind it."""


@dataclass(frozen=True, slots=True)
class ByArrival(Ranking):
    """The order of the ids, for which nothing has to be sorted."""

    descending: bool

    def page(self, posts: BitMap, offset: int, limit: int) -> list[int]:
        if self.descending:
            end = max(0, len(posts) - offset)
            return list(posts[max(0, end - limit) : end])[::-1]
        return list(posts[offset : offset + limit])

    def after(self, posts: BitMap, place: int, limit: int) -> list[int]:
        return self.page(posts, len(posts) - self.spot(posts, place).behind, limit)

    def before(self, posts: BitMap, place: int, limit: int) -> list[int]:
        ahead = self.spot(posts, place).before
        return self.page(posts, max(0, ahead - limit), min(ahead, limit))

    def spot(self, posts: BitMap, place: int) -> Spot:
        older, newer = posts.rank(place - 1), len(posts) - posts.rank(place)
        return Spot(newer, older) if self.descending else Spot(older, newer)


@dataclass(frozen=True, slots=True)
class ByKey(Ranking):
    """Rising keys, equals newest first."""

    key: Callable[[Ids], Keys]

    def page(self, posts: BitMap, offset: int, limit: int) -> list[int]:
        found = ids_of(posts)
        return _listed(_first(found, self.key(found), offset + limit)[offset:])

    def after(self, posts: BitMap, place: int, limit: int) -> list[int]:
        found = ids_of(posts)
        keys, here = self.key(found), self._here(place)
        behind = (keys > here) | ((keys == here) & (found < place))
        return _listed(_first(found[behind], keys[behind], limit))

    def before(self, posts: BitMap, place: int, limit: int) -> list[int]:
        found = ids_of(posts)
        keys, here = self.key(found), self._here(place)
        ahead = (keys < here) | ((keys == here) & (found > place))
        # seen from behind, keys fall and equals come oldest first
        nearest = _first(~found[ahead][::-1], ~keys[ahead][::-1], limit)
        return _listed((~nearest)[::-1])

    def spot(self, posts: BitMap, place: int) -> Spot:
        found = ids_of(posts)
        keys, here = self.key(found), self._here(place)
        behind = int(np.count_nonzero((keys > here) | ((keys == here) & (found < place))))
        return Spot(len(found) - behind - (place in posts), behind)

    def _here(self, place: int) -> int:
        return int(self.key(np.array([place], np.uint32))[0])


def ranking(table: PostTable, order: Order, asked: Asked, tables: Tables) -> Ranking | None:
    """Return how to order, or None where only the tables can."""
    if order.by is OrderBy.ID:
        return ByArrival(order.descending)
    key = _key(table, order, asked, tables)
    return None if key is None else ByKey(key)


def _key(
    table: PostTable, order: Order, asked: Asked, tables: Tables
) -> Callable[[Ids], Keys] | None:
    descending = order.descending
    column: Column | None
    match order.by:
        case OrderBy.RANDOM:
            seed = order.seed or daily_seed(asked.now, asked.zone)
            return partial(shuffle_keys, seed)
        case OrderBy.POOL | OrderBy.FAVOURITED | OrderBy.CUSTOM:
            return _listed_at(*tables.listed(order), descending=descending)
        case OrderBy.FILENAME:
            names = table.places.first_names(table.size, asked.scope.places)
            return _by_name(names, descending=descending)
        case OrderBy.DATE:
            column = table.moments[Moment.DATE]
        case OrderBy.CHANGED:
            column = table.moments[Moment.CHANGED]
        case OrderBy.MD5:
            column = None if table.has_twin_digests() else table.digests
        case _:
            column = table.measures[Measure(order.by)]
    return None if column is None else _by(column, descending=descending)


def _by(column: Column, *, descending: bool) -> Callable[[Ids], Keys]:
    """Return how to make keys of a column, in whose lowest number a post lacks it.

    Inverting every bit turns the order round; one less turns the lowest into the highest: so
    posts that lack it come last both ways, at one step a number.
    """
    if descending:
        return lambda ids: ~column.of(ids)
    return lambda ids: column.of(ids) - 1


def _by_name(names: NDArray[np.int32], *, descending: bool) -> Callable[[Ids], Keys]:
    """Return how to make keys of the ranks of names; posts without a name come last."""
    if descending:
        names = np.where(names == NO_NAME, names, ~names)
    return lambda ids: names[ids]


def _listed_at(posts: Ids, places: NDArray[np.int64], *, descending: bool) -> Callable[[Ids], Keys]:
    """Return how to make keys of places in a list; posts that are not in it come last."""
    last = np.iinfo(np.int64).max
    keys = np.append(~places if descending else places, last)
    named = np.append(posts, 0)

    def key(ids: Ids) -> Keys:
        at = np.searchsorted(posts, ids)
        return np.where(named[at] == ids, keys[at], last)

    return key


def _listed(ids: Ids) -> list[int]:
    listed: list[int] = ids.tolist()
    return listed


def _first(ids: Ids, keys: Keys, count: int) -> Ids:
    """Return the first ids by rising key, equals by falling id; `ids` rise."""
    chosen = _smallest(keys, count)
    ids, keys = ids[chosen], keys[chosen]
    return ids[np.lexsort((~ids, keys))][:count]


def _smallest(keys: Keys, count: int) -> NDArray[np.intp]:
    """Return the places of the smallest keys, of equals the last ones; in no order."""
    if count <= 0:
        return np.empty(0, np.intp)
    if len(keys) <= max(count, FEW):
        return np.arange(len(keys))
    common = _common(keys)
    if common is None:
        limit = np.partition(keys, count - 1)[count - 1]
        below = np.flatnonzero(keys < limit)
        return np.concatenate((below, np.flatnonzero(keys == limit)[len(below) - count :]))
    below, equal = np.flatnonzero(keys < common), np.flatnonzero(keys == common)
    if count <= len(below):
        return below[_smallest(keys[below], count)]
    if count <= len(below) + len(equal):
        return np.concatenate((below, equal[len(below) - count :]))
    above = np.flatnonzero(keys > common)
    rest = above[_smallest(keys[above], count - len(below) - len(equal))]
    return np.concatenate((below, equal, rest))


def _common(keys: Keys) -> np.integer[Any] | None:
    """Return a key that a good part of all have, if there is one."""
    sample = keys[:: max(1, len(keys) // SAMPLE)]
    values, counts = np.unique(sample, return_counts=True)
    often = counts.argmax()
    return values[often] if counts[often] > COMMON * len(sample) else None
