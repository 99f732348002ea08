"""Puts what a search finds in order, the same on every page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa

from homebooru.db.queries.scope import lies_there
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.scope import Scope
from homebooru.search import columns

COLUMNS: Mapping[OrderBy, sa.ColumnElement[Any]] = {
    **{OrderBy(measure): column for measure, column in columns.PLAIN.items()},
    OrderBy.DATE: sa.type_coerce(PostRow.dated_at, sa.DateTime(timezone=True)),
    OrderBy.MD5: sa.type_coerce(PostRow.md5, sa.LargeBinary),
}


def ordered(
    order: Order, scope: Scope, *, now: datetime, zone: tzinfo | None
) -> tuple[sa.ColumnElement[Any], ...]:
    """Return what to order by: posts that lack it come last, equals newest first."""
    newest = PostRow.id.desc()
    if order.by is OrderBy.RANDOM:
        return shuffled(order.seed or now.astimezone(zone).date().isoformat()), newest
    if order.by is OrderBy.ID:
        return (newest if order.descending else PostRow.id.asc(),)
    column = _first_name(scope) if order.by is OrderBy.FILENAME else COLUMNS[order.by]
    return (column.desc() if order.descending else column.asc()).nulls_last(), newest


def shuffled(seed: str) -> sa.ColumnElement[str]:
    """Return a number, as good as random, that a post has with this seed for ever."""
    number = sa.func.concat(sa.literal(seed, sa.Text), ":", PostRow.id)
    return sa.func.md5(number).collate("C")


def _first_name(scope: Scope) -> sa.ColumnElement[str]:
    first = sa.func.min(columns.folded(LocationRow.name).collate("C"))
    return sa.select(first).where(lies_there(scope)).scalar_subquery()
