"""Asks for the nearest of some posts in both ways, and what the database takes for it."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.alike.nearest import Among, compared, nearest
from homebooru.search.nearness import MOST

FIRST = 20
PIECE = 1 << 24
ALMOST = 1.1  # so little more than what is found is the whole table


@dataclass(frozen=True, slots=True)
class Chosen:
    """Any posts, as if a search had found them."""

    posts: frozenset[int]

    def count(self) -> int:
        return len(self.posts)

    def page(self, offset: int, limit: int) -> Sequence[int]:
        return sorted(self.posts)[offset : offset + limit]

    def within(self, post_ids: Collection[int]) -> Collection[int]:
        return self.posts.intersection(post_ids)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is near a post, of what was found."""

    session: Session
    vectors: sa.FromClause
    post: int
    found: Among

    def nearest(self) -> tuple[float, list[int]]:
        """Return the milliseconds that the library takes, and the first of those it finds."""
        direction = self._direction()
        start = time.perf_counter()
        near = nearest(self.session, self.vectors, direction, self.found, MOST)
        return 1000 * (time.perf_counter() - start), [post for post, _ in near[:FIRST]]

    def compared(self) -> tuple[float, list[int]]:
        """Return the milliseconds of comparing all that were found, and the first of them."""
        direction, ids = self._direction(), self.found.page(0, self.found.count())
        is_part = len(ids) * ALMOST < self._all()
        start = time.perf_counter()
        if is_part:
            near = compared(self.session, self.vectors, direction, ids, FIRST + 1)
        else:
            near = self._scanned(direction)
        first = [post for post, _ in near if post in self.found.within([post])]
        return 1000 * (time.perf_counter() - start), first[:FIRST]

    def _scanned(self, direction: Sequence[float]) -> list[tuple[int, float]]:
        """Go through the whole table, which is quickest where nearly all are found."""
        distance = self.vectors.c.vector.cosine_distance(direction) + 0  # not as the index has it
        wanted = sa.select(self.vectors.c.post_id, distance).order_by(distance).limit(2 * FIRST)
        return [(row[0], row[1]) for row in self.session.execute(wanted)]

    def _all(self) -> int:
        return self.session.scalar(sa.select(sa.func.count()).select_from(self.vectors)) or 0

    def _direction(self) -> Sequence[float]:
        own = sa.select(self.vectors.c.vector).where(self.vectors.c.post_id == self.post)
        direction: Sequence[float] = self.session.scalars(own).one()
        return direction


def read_files(session: Session, data: Path, relations: Sequence[str]) -> None:
    """Have the machine read files of the database once: its disk is not what is measured.

    Searches that follow each other find them in memory.
    """
    for relation in relations:
        path = session.scalar(sa.select(sa.func.pg_relation_filepath(relation)))
        for file in (data / "database" / "pgdata").glob(f"{path}*"):
            with file.open("rb") as opened:
                while opened.read(PIECE):
                    pass


def memory_of(session: Session) -> float:
    """Return the megabytes that the server's process of a connection has alone."""
    pid = session.scalar(sa.select(sa.func.pg_backend_pid()))
    held = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return round(sum(int(one) for one in re.findall(r"Private_\w+:\s+(\d+) kB", held)) / 1024, 1)
