"""The nearest of what a search finds: by the vectors' index, or by comparing with each of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from homebooru.db.queries.records import spelled

FEW = 10_000  # posts that are always compared one by one
WORTH = 18  # comparisons that take as long as one neighbour more of the index
SPARE = 1.5  # times as many neighbours are looked at as should do
LEAST_IN_VIEW, MOST_IN_VIEW = 200, 1_000  # of neighbours, while the index is followed
FARTHEST = 100_000  # neighbours looked at before all are compared

Near = list[tuple[int, float]]


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
    """Compare with each; worked out apart, else the index might be followed nevertheless."""
    given = sa.cast(sa.literal(spelled(post_ids), sa.Text), ARRAY(sa.Integer))
    distance = vectors.c.vector.cosine_distance(direction).label("distance")
    each = sa.select(vectors.c.post_id, distance).where(vectors.c.post_id == sa.any_(given))
    those = each.cte("those").prefix_with("materialized")
    rows = session.execute(
        sa.select(those).order_by(those.c.distance, those.c.post_id.desc()).limit(limit)
    )
    return [(row.post_id, row.distance) for row in rows]


def _by_distance(one: tuple[int, float]) -> tuple[float, int]:
    return one[1], -one[0]


def _set(session: Session, settings: dict[str, str]) -> None:
    """Set what holds until the transaction ends."""
    each = (sa.func.set_config(name, value, True) for name, value in settings.items())
    session.execute(sa.select(*each))
