"""The nearest of what a search finds: by the vectors' index, or by comparing with each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import UserDefinedType

from homebooru.db.queries.alike.places import PLACES, Tried
from homebooru.db.queries.records import spelled

FEW = 10_000  # posts that are always compared one by one
MANY = 1_000  # of these, whose rows are worth being found by where they lie
WORTH = 18  # comparisons that take as long as one neighbour more of the index
SPARE = 1.2  # times as many neighbours are looked at as should do
LEAST_IN_VIEW, MOST_IN_VIEW = 200, 1_000  # of neighbours, while the index is followed
FARTHEST = 100_000  # neighbours looked at before all are compared

Near = list[tuple[int, float]]


class Place(UserDefinedType[str]):
    """Where a row lies, as PostgreSQL spells it."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "tid"


class Among(Protocol):
    """What is found, as far as it matters here."""

    def count(self) -> int: ...

    def page(self, offset: int, limit: int) -> Sequence[int]: ...

    def within(self, post_ids: Collection[int]) -> Collection[int]:
        """Return those of some posts that are found."""


def nearest(
    session: Session,
    vectors: sa.FromClause,
    direction: Sequence[float],
    among: Among,
    limit: int,
) -> Near:
    """Return the posts whose vectors point most like this, with their cosine distances.

    As many as are asked for, or all of them that are described: where the index of the vectors
    leads to fewer, or to so many others that it does not pay, every one is compared.
    """
    count = among.count()
    if not count:
        return []
    others = _count(session, vectors) / count  # to one that is found
    looked = int(SPARE * limit * others)
    if count > FEW and WORTH * looked < count:
        while looked < FARTHEST:
            near = follow(session, vectors, direction, looked)
            found = among.within([post for post, _ in near])
            kept = [one for one in near if one[0] in found]
            if len(kept) >= limit:
                return kept[:limit]
            looked *= 4
    return compared(session, vectors, direction, among.page(0, count), limit)


def _count(session: Session, vectors: sa.FromClause) -> int:
    """Return how many vectors there are at most."""
    return session.scalar(sa.select(sa.func.max(vectors.c.post_id))) or 0


def follow(
    session: Session, vectors: sa.FromClause, direction: Sequence[float], count: int
) -> Near:
    """Return about so many neighbours, the nearest first, as the index leads to them."""
    in_view = max(LEAST_IN_VIEW, min(count, MOST_IN_VIEW))
    _set(session, {
        "hnsw.iterative_scan": "relaxed_order",
        "hnsw.ef_search": str(in_view),
        "hnsw.max_scan_tuples": str(2 * FARTHEST),
        "enable_seqscan": "off",
        "enable_sort": "off",
    })  # fmt: skip
    distance = vectors.c.vector.cosine_distance(direction)
    wanted = sa.select(vectors.c.post_id, distance).order_by(distance).limit(count)
    rows = session.execute(wanted).all()
    _set(session, {"enable_seqscan": "on", "enable_sort": "on"})
    return sorted(((row[0], row[1]) for row in rows), key=_by_distance)


def compared(
    session: Session,
    vectors: sa.FromClause,
    direction: Sequence[float],
    post_ids: Collection[int],
    limit: int,
) -> Near:
    """Compare with each: by where their rows lie, if they are many and that is known."""
    table = str(vectors)
    tried = None
    if len(post_ids) >= MANY:
        tried = PLACES.find(table, np.fromiter(post_ids, np.int64, len(post_ids)))
    if tried is None:
        return _compared_by_ids(session, vectors, direction, post_ids, limit)
    near = _compared_there(session, vectors, direction, tried, limit)
    if near is None:
        PLACES.forget(table)
        return _compared_by_ids(session, vectors, direction, post_ids, limit)
    others = _compared_by_ids(session, vectors, direction, tried.others.tolist(), limit)
    return sorted([*near, *others], key=_by_distance)[:limit]


def _compared_by_ids(
    session: Session,
    vectors: sa.FromClause,
    direction: Sequence[float],
    post_ids: Collection[int],
    limit: int,
) -> Near:
    if not post_ids:
        return []
    given = sa.cast(sa.literal(spelled(post_ids), sa.Text), ARRAY(sa.Integer))
    # not the distance as it is, else the index might be followed
    distance = (vectors.c.vector.cosine_distance(direction) + 0).label("distance")
    each = sa.select(vectors.c.post_id, distance).where(vectors.c.post_id == sa.any_(given))
    rows = session.execute(each.order_by(distance, vectors.c.post_id.desc()).limit(limit))
    return [(row.post_id, row.distance) for row in rows]


def _compared_there(
    session: Session,
    vectors: sa.FromClause,
    direction: Sequence[float],
    tried: Tried,
    limit: int,
) -> Near | None:
    """Compare with the rows at places; None where they are not those of just these posts.

    That is told by their number, their sum and that of their squares: among as many, neither one
    nor two strangers can have the same.
    """
    given = sa.cast(sa.literal(tried.places, sa.Text), ARRAY(Place))
    distance = vectors.c.vector.cosine_distance(direction).label("distance")
    there: sa.ColumnElement[str] = sa.literal_column(f"{vectors}.ctid")
    each = sa.select(vectors.c.post_id, distance).where(there == sa.any_(given))
    those = each.cte("those").prefix_with("materialized")
    post = sa.cast(those.c.post_id, sa.BigInteger)
    whose = (
        sa.select(
            sa.func.count().label("number"),
            sa.func.sum(post).label("sum"),
            sa.func.sum(post * post).label("squares"),
        )
        .select_from(those)
        .cte("whose")
    )
    wanted = (
        sa.select(those, whose)
        .join_from(those, whose, sa.true())
        .order_by(those.c.distance, those.c.post_id.desc())
    )
    rows = session.execute(wanted.limit(limit)).all()
    posts = tried.posts
    asked = (len(posts), int(posts.sum()), int((posts * posts).sum()))
    if rows and tuple(map(int, rows[0][2:])) == asked:
        return [(row.post_id, row.distance) for row in rows]
    return None


def _by_distance(one: tuple[int, float]) -> tuple[float, int]:
    return one[1], -one[0]


def _set(session: Session, settings: dict[str, str]) -> None:
    """Set what holds until the transaction ends."""
    each = (sa.func.set_config(name, value, True) for name, value in settings.items())
    session.execute(sa.select(*each))
