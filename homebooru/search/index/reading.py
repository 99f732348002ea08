"""What the index holds of posts, read from the tables as columns of one run of bytes each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from homebooru.db.queries.records import GIVEN, spelled
from homebooru.db.tables import PostRow
from homebooru.db.tables.feed import Part
from homebooru.domain.query.tree import Detail, Holder, Measure, Moment, Status
from homebooru.search.index.bitmaps import Ids
from homebooru.search.index.patterns import Bytes
from homebooru.search.index.places import Located
from homebooru.search.index.statements import (
    FLAGS,
    MEASURES,
    Reader,
    Wanted,
    reader_of_given,
    reader_of_run,
)

BATCH = 50_000
MOMENTS = (Moment.DATE, Moment.ADDED, Moment.CHANGED)
BITS: Mapping[Status | Detail, int] = {flag: 1 << place for place, flag in enumerate(FLAGS)}

Numbers = NDArray[np.int64]
Members = Mapping[str, Ids]
Given = Mapping[str, object]
"""Which posts a statement is to read."""

EMPTY = 12  # bytes of an array without elements, as PostgreSQL sends it
HEAD = 20  # bytes before the elements of any other
EACH = 8  # bytes of an element: its size, and the number


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some posts, as columns beside `ids`, which rise; what a post lacks is NOTHING.

    `tags` are all their effective tags, one post's after another's, `lengths` how many each has;
    so `suggestions` and `suggested` tell of those that models suggest.
    `parents` is 0 for none. Ratings and media types have an empty name for none. `liked` are
    the favourites of each account, `held` the posts of each pool and the like. `addresses` are
    where posts come from, folded, each with its end, by rising post.
    """

    ids: Ids
    tags: NDArray[np.int32]
    lengths: NDArray[np.int64]
    suggestions: NDArray[np.int32]
    suggested: NDArray[np.int64]
    flags: NDArray[np.uint32]
    parents: NDArray[np.uint32]
    measures: Mapping[Measure, Numbers]
    moments: Mapping[Moment, Numbers]
    digests: Numbers
    ratings: Members
    mimes: Members
    sources: Members
    telling: Members
    liked: Mapping[int, Ids]
    mirrored: Members
    held: Mapping[Holder, Mapping[int, Ids]]
    located: Located
    addresses: tuple[Ids, Bytes]


def read_posts(session: Session, post_ids: Collection[int] | None = None) -> Iterator[Batch]:
    """Yield these posts, or all of them; those that do not exist are left out.

    Raises what the database raises. The transaction has to see one moment.
    """
    parts = _runs(session) if post_ids is None else _parts(sorted(post_ids))
    reader = reader_of_run() if post_ids is None else reader_of_given()
    for given in parts:
        batch = _Reading(session, given).batch(reader)
        if len(batch.ids):
            yield batch


def read_part(
    session: Session, part: Part, post_ids: Collection[int]
) -> Iterator[tuple[Ids, Mapping[Any, Ids]]]:
    """Yield some posts, and those of them that each account likes, pool holds and the like."""
    wanted = reader_of_given().of(part)
    every = np.sort(np.fromiter(post_ids, np.uint32, len(post_ids)))
    for start in range(0, len(every), BATCH):
        some = every[start : start + BATCH]
        yield some, _Reading(session, {GIVEN: spelled(some.tolist())}).members(wanted)


def _runs(session: Session) -> Iterator[Given]:
    last = 0
    while True:
        some = sa.select(PostRow.id).where(PostRow.id > last).order_by(PostRow.id).limit(BATCH)
        first, last = last + 1, session.scalar(sa.select(sa.func.max(some.subquery().c.id)))
        if last is None:
            return
        yield {"first": first, "last": last}


def _parts(post_ids: list[int]) -> Iterator[Given]:
    for start in range(0, len(post_ids), BATCH):
        yield {GIVEN: spelled(post_ids[start : start + BATCH])}


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads the posts that are given to the statements."""

    session: Session
    given: Given

    def batch(self, reader: Reader) -> Batch:
        row = self._rows(reader.columns)[0]
        ids, flags, parents, counts, arrays, suggestions, *numbers, digests = row
        columns_read = [_numbers(one, ">i8").astype(np.int64) for one in numbers]
        measures: dict[Measure, Numbers] = dict(zip(MEASURES, columns_read, strict=False))
        lengths, suggested = measures[Measure.TAGS], _ids(counts).astype(np.int64)
        return Batch(
            ids=_ids(ids),
            tags=_elements(arrays, lengths),
            lengths=lengths,
            suggestions=_elements(suggestions, suggested),
            suggested=suggested,
            flags=_ids(flags),
            parents=_ids(parents),
            measures=measures,
            moments=dict(zip(MOMENTS, columns_read[len(MEASURES) :], strict=True)),
            digests=_numbers(digests, ">i8").astype(np.int64),
            ratings=self.members(reader.ratings),
            mimes=self.members(reader.mimes),
            sources=self.members(reader.voices) | self.members(reader.people),
            telling=self.members(reader.telling),
            liked=self.members(reader.liked),
            mirrored=self.members(reader.mirrored),
            held={holder: self.members(wanted) for holder, wanted in reader.held.items()},
            located=self._located(reader.located),
            addresses=self._addresses(reader.addresses),
        )

    def _rows(self, wanted: Wanted) -> Sequence[sa.Row[*tuple[Any, ...]]]:
        return self.session.execute(wanted, self.given).all()

    def members(self, wanted: Wanted) -> dict[Any, Ids]:
        return {name: _ids(ids) for name, ids in self._rows(wanted)}

    def _located(self, wanted: Wanted) -> Located:
        """Return where the posts lie, with the texts that patterns are compared with."""
        rows = self._rows(wanted)
        sizes = [len(row[2]) // 4 for row in rows]
        return Located.sorted(
            folders=[(root, folder.encode()) for root, folder, *_ in rows],
            places=np.repeat(np.arange(len(rows), dtype=np.int32), sizes),
            posts=_ids(b"".join(row[2] for row in rows)),
            texts=np.frombuffer(b"".join(row[3] for row in rows), np.uint8),
            stems=_numbers(b"".join(row[4] for row in rows), ">i4").astype(np.int32),
        )

    def _addresses(self, wanted: Wanted) -> tuple[Ids, Bytes]:
        [(posts, texts)] = self._rows(wanted)
        return _ids(posts), np.frombuffer(texts, np.uint8)


def _numbers(spelled: bytes, kind: str) -> NDArray[Any]:
    return np.frombuffer(spelled, kind)


def _ids(spelled: bytes) -> Ids:
    return _numbers(spelled, ">u4").astype(np.uint32)


def _elements(spelled: bytes, lengths: Numbers) -> NDArray[np.int32]:
    """Return the elements of arrays that stand one behind another."""
    sizes = np.where(lengths > 0, HEAD + EACH * lengths, EMPTY)
    firsts = np.cumsum(sizes) - sizes + HEAD + EACH // 2
    ends = np.cumsum(lengths)
    steps = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
    places = (np.repeat(firsts, lengths) + EACH * steps) // 4
    elements: NDArray[np.int32] = _numbers(spelled, ">i4")[places].astype(np.int32)
    return elements
