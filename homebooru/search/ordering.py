"""Puts what a search finds in order, the same on every page, and goes on from any place in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import lies_there
from homebooru.db.tables import FavouriteRow, LocationRow, PoolPostRow, PostRow
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import Held, Holder
from homebooru.domain.scope import Scope
from homebooru.search import columns
from homebooru.search.plain import Asked
from homebooru.search.shuffling import daily_seed, shuffled

LARGEST_ID = 2**31 - 1
POOL_LENGTH = 2**32  # positions are whole numbers of PostgreSQL, so that pools do not overlap

COLUMNS: Mapping[OrderBy, sa.ColumnElement[Any]] = {
    **{OrderBy(measure): column for measure, column in columns.PLAIN.items()},
    OrderBy.DATE: sa.type_coerce(PostRow.dated_at, sa.DateTime(timezone=True)),
    OrderBy.CHANGED: sa.type_coerce(columns.CHANGED, sa.DateTime(timezone=True)),
    OrderBy.MD5: sa.type_coerce(PostRow.md5, sa.LargeBinary),
}


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that posts are put in order by; some may lack it where it is `nullable`."""

    column: sa.SQLColumnExpression[Any]
    descending: bool
    nullable: bool = False
    nulls_first: bool = False

    @property
    def direction(self) -> sa.ColumnElement[Any]:
        directed = self.column.desc() if self.descending else self.column.asc()
        if not self.nullable:
            return directed
        return directed.nulls_first() if self.nulls_first else directed.nulls_last()

    def backwards(self) -> Key:
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def is_at(self, value: Any) -> sa.ColumnElement[bool]:
        """Tell whether a post has just this value, or lacks one too."""
        return self.column.is_(None) if value is None else self.column == value

    def is_beyond(self, value: Any) -> sa.ColumnElement[bool]:
        """Tell whether a post comes later than one with this value."""
        if value is None:
            return self.column.is_not(None) if self.nulls_first else sa.false()
        later: sa.ColumnElement[bool] = (
            self.column < value if self.descending else self.column > value
        )
        if self.nullable and not self.nulls_first:
            return sa.or_(later, self.column.is_(None))
        return later


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The keys of an order, the first one first; no two posts are equal by all of them."""

    keys: tuple[Key, ...]

    @property
    def order_by(self) -> tuple[sa.ColumnElement[Any], ...]:
        return tuple(key.direction for key in self.keys)

    @property
    def columns(self) -> tuple[sa.SQLColumnExpression[Any], ...]:
        """Return what tells a post's place: their values are what `beyond` takes."""
        return tuple(key.column for key in self.keys)

    def backwards(self) -> Arrangement:
        return Arrangement(tuple(key.backwards() for key in self.keys))

    def beyond(self, place: Sequence[Any]) -> sa.ColumnElement[bool]:
        """Tell which posts come after a place, whether or not a post is still there."""
        *firsts, (last, value) = zip(self.keys, place, strict=True)
        beyond = last.is_beyond(value)
        for key, one in reversed(firsts):
            beyond = sa.or_(key.is_beyond(one), sa.and_(key.is_at(one), beyond))
        return beyond


NEWEST = Key(sa.type_coerce(PostRow.id, sa.Integer), descending=True)


def arranged(order: Order, asked: Asked) -> Arrangement:
    """Return how to order: posts that lack it come last, equals newest first."""
    match order.by:
        case OrderBy.RANDOM:
            shuffle = shuffled(order.seed or daily_seed(asked.now, asked.zone))
            return Arrangement((Key(shuffle, descending=False), NEWEST))
        case OrderBy.ID:
            return Arrangement((replace(NEWEST, descending=order.descending),))
        case OrderBy.FILENAME:
            column: sa.ColumnElement[Any] = _first_name(asked.scope)
        case OrderBy.POOL | OrderBy.FAVOURITED | OrderBy.CUSTOM:
            column = _place(order, asked)
        case _:
            column = COLUMNS[order.by]
    return Arrangement((Key(column, order.descending, nullable=True), NEWEST))


def listed(order: Order, asked: Asked) -> sa.Select[int, int]:
    """Select the posts of a list and their places: in its pools one after another, or in time.

    Where it lists posts by their numbers, they are there each once.
    """
    if order.by is OrderBy.CUSTOM:
        numbers = sa.func.unnest(sa.literal(_numbers(order), sa.ARRAY(sa.BigInteger)))
        named = numbers.table_valued("post", with_ordinality="place").render_derived()
        return sa.select(named.c.post, named.c.place)
    if order.by is OrderBy.FAVOURITED:
        liked_at = columns.micros(FavouriteRow.made_at)
        liked = sa.select(FavouriteRow.post_id.label("post"), liked_at.label("place"))
        return liked.where(FavouriteRow.account_id == asked.scope.account)
    pools = asked.holders.get(Held(Holder.POOL, order.named or ""), ())
    pool = sa.cast(PoolPostRow.pool_id, sa.BigInteger)
    first = sa.func.min(pool * POOL_LENGTH + PoolPostRow.position)
    held = sa.select(PoolPostRow.post_id.label("post"), first.label("place"))
    return held.where(any_of(PoolPostRow.pool_id, list(pools))).group_by(PoolPostRow.post_id)


def _numbers(order: Order) -> list[int]:
    numbers = map(int, (order.named or "").split(","))
    return [number for number in numbers if 0 < number <= LARGEST_ID]


def _place(order: Order, asked: Asked) -> sa.ColumnElement[int]:
    places = listed(order, asked).subquery().c
    place = sa.select(places.place).where(places.post == PostRow.id)
    return place.correlate(PostRow).scalar_subquery()


def _first_name(scope: Scope) -> sa.ColumnElement[str]:
    first = sa.func.min(columns.folded(LocationRow.name).collate("C"))
    return sa.select(first).where(lies_there(scope)).scalar_subquery()
