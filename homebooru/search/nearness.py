"""Puts the posts that are nearest to words in the place of `near:`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries import looks
from homebooru.db.queries.alike import spaces
from homebooru.db.tables import ReadTextRow
from homebooru.domain.query import Query
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import (
    And,
    Interval,
    Leaf,
    Measure,
    Near,
    Node,
    Number,
    all_of,
    leaves,
    mapped,
)
from homebooru.search.plain import Asked, found

MOST = 500
ANYWHERE = 2.0  # cosine distance: the nearest are found, however far


def nearest_put_in(session: Session, query: Query, asked: Asked) -> Query:
    """Return a search that names the posts nearest to what it is to be near, nearest first.

    They are the nearest of those that the rest of the search finds, where that stands beside.
    Where nobody read the words before, none is near.
    """
    nears = dict.fromkeys(leaf for leaf in leaves(query.tree) if isinstance(leaf, Near))
    if not nears:
        return query
    near = {leaf: _nearest(session, leaf, _rest(query, leaf), asked) for leaf in nears}

    def put_in(leaf: Leaf) -> Node:
        ids = near[leaf] if isinstance(leaf, Near) else []
        return Number(Measure.ID, tuple(Interval(one, one) for one in sorted(ids))) if ids else leaf

    first = next(iter(near.values()))
    order = query.order
    if not query.says_order and first:
        order = Order(OrderBy.CUSTOM, descending=False, named=",".join(map(str, first)))
    return replace(query, tree=mapped(query.tree, put_in), order=order)


def _rest(query: Query, leaf: Near) -> Query:
    """Return what else all posts must fulfil that are found because they are near."""
    parts = query.tree.parts if isinstance(query.tree, And) else (query.tree,)
    others = [part for part in parts if not any(isinstance(one, Near) for one in leaves(part))]
    return replace(query, tree=all_of(*others) if leaf in parts else all_of())


def _nearest(session: Session, leaf: Near, rest: Query, asked: Asked) -> list[int]:
    row = spaces.reading(session)
    if row is None:
        return []
    vector = session.scalar(
        sa.select(ReadTextRow.vector).where(
            ReadTextRow.space == row.name, ReadTextRow.text == leaf.text
        )
    )
    if vector is None:
        return []
    there = looks.nearest(
        session,
        spaces.vectors_of(row),
        np.frombuffer(vector, looks.HALF).astype(np.float32).tolist(),
        found(rest, asked),
        limit=MOST,
        farthest=ANYWHERE,
    )
    return [post_id for post_id, _ in there]
