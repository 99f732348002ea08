"""Where the rows of tables of vectors lie, as this process read it last.

Finding ten thousand rows by the ids of their posts takes the server longer than comparing them.
Places change when posts are described anew, so they are tried and never trusted: who finds other
rows there than were asked for finds them by their ids.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions

Ids = NDArray[np.int64]
Bytes = NDArray[np.uint8]

MOST = 50_000  # places to look at; more lie on so few pages that ids lead there as soon
AGAIN = 60.0  # seconds until places that changed are read anew
POST, PLACE = np.dtype(">i4"), np.dtype([("page", ">u4"), ("line", ">u2")])  # as they are sent
LINES = 512  # more than a page can have
PAGE_DIGITS, LINE_DIGITS = 8, 3
SPELLED = np.frombuffer(b'"(00000000,000)",', np.uint8)


@dataclass(frozen=True, slots=True)
class Tried:
    """Places to look at for some posts, and the posts for which none is known."""

    places: str
    posts: Ids
    others: Ids


class Places:
    """Remembers places in those tables of which many rows were wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, NDArray[np.uint32]] = {}
        self._wanted: set[str] = set()
        self._read_at: dict[str, float] = {}

    def find(self, table: str, posts: Ids) -> Tried | None:
        """Return where rows may lie; None where that is to be read first, or would not help."""
        with self._lock:
            known = self._known.get(table)
            if known is None:
                self._wanted.add(table)
        if known is None or len(posts) > MOST:
            return None
        there = np.zeros(len(posts), np.uint32)
        within = posts < len(known)
        there[within] = known[posts[within]]
        return Tried(_spell(there[there > 0]), posts[there > 0], posts[there == 0])

    def forget(self, table: str) -> None:
        """Have the places in a table read anew before they are used again."""
        with self._lock:
            self._known.pop(table, None)

    def read_wanted(self, sessions: Sessions) -> None:
        """Read the places in tables of which they were asked for in vain, each now and then."""
        for table in self._due():
            with self._lock:
                self._wanted.discard(table)  # even if it is dropped by now, and cannot be read
                self._read_at[table] = time.monotonic()
            with sessions() as session:
                known = _read(session, table)
            with self._lock:
                self._known[table] = known

    def _due(self) -> list[str]:
        before = time.monotonic() - AGAIN
        with self._lock:
            return [table for table in self._wanted if self._read_at.get(table, before) <= before]


PLACES = Places()


def _spell(places: NDArray[np.uint32]) -> str:
    """Spell places as PostgreSQL spells an array; by columns, since each alone takes too long."""
    spelled = np.tile(SPELLED, (len(places), 1))
    page, line = np.divmod(places, np.uint32(LINES))
    for column, digit in _digits(page, 2, PAGE_DIGITS):
        spelled[:, column] += digit
    for column, digit in _digits(line, 3 + PAGE_DIGITS, LINE_DIGITS):
        spelled[:, column] += digit
    return f"{{{spelled.tobytes()[:-1].decode('ascii')}}}"


def _digits(numbers: NDArray[np.uint32], first: int, count: int) -> Iterator[tuple[int, Bytes]]:
    for place in range(count):
        yield first + count - 1 - place, (numbers // 10**place % 10).astype(np.uint8)


def _read(session: Session, table: str) -> NDArray[np.uint32]:
    """Return the places of a table by post; 0 where a post has no row.

    They come as two long strings of bytes: a million rows would keep this process busy for seconds.
    """
    posts: sa.ColumnElement[bytes] = sa.literal_column("int4send(post_id)")
    places: sa.ColumnElement[bytes] = sa.literal_column("tidsend(ctid)")
    nothing: sa.ColumnElement[bytes] = sa.literal_column("''::bytea")
    both = sa.select(sa.func.string_agg(posts, nothing), sa.func.string_agg(places, nothing))
    sent = session.execute(both.select_from(sa.table(table))).one()
    post, place = (
        np.frombuffer(one or b"", kind) for one, kind in zip(sent, (POST, PLACE), strict=True)
    )
    known = np.zeros(int(post.max(initial=0)) + 1, np.uint32)
    known[post] = place["page"] * LINES + place["line"]
    return known
