"""What the index holds of a post, read from the tables by the words that searches there use.

Statuses, details and measures are the conditions and columns of `search.plain` and
`search.columns` themselves, so the two ways to answer cannot come to mean different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import lies_there
from homebooru.db.tables import ClaimRow, LocationRow, PostRow
from homebooru.domain.policy import PERSON
from homebooru.domain.query.tree import Detail, Measure, Moment, Status
from homebooru.domain.scope import EVERYTHING
from homebooru.search import columns
from homebooru.search.index.bitmaps import Ids
from homebooru.search.plain import DETAILS, STATUSES, from_source

BATCH = 20_000
NOTHING = np.iinfo(np.int64).min
"""Stands in a column where the post lacks it."""

MEASURES = tuple(measure for measure in columns.PLAIN if measure is not Measure.ID)
FLAGS: dict[Status | Detail, sa.ColumnElement[bool]] = {}
FLAGS.update(STATUSES.items())
FLAGS.update(DETAILS.items())
BITS: Mapping[Status | Detail, int] = {flag: 1 << place for place, flag in enumerate(FLAGS)}

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some posts, as columns beside `ids`; what a post lacks is NOTHING.

    `tags` are all their effective tags, one post's after another's, `lengths` how many each has.
    `parents` is 0 for none. Names of ratings and media types stand as they are, empty for none.
    """

    ids: Ids
    tags: NDArray[np.int32]
    lengths: NDArray[np.int64]
    flags: NDArray[np.uint32]
    parents: NDArray[np.uint32]
    ratings: Sequence[str]
    mimes: Sequence[str]
    measures: Mapping[Measure, Numbers]
    moments: Mapping[Moment, Numbers]
    roots: Sequence[Sequence[int]]
    sources: Sequence[Sequence[str]]
    telling: Sequence[Sequence[str]]


def read_posts(session: Session, post_ids: Iterable[int] | None = None) -> Iterator[Batch]:
    """Yield these posts in some order, or all of them; those that do not exist are left out."""
    wanted = _select()
    if post_ids is not None:
        wanted = wanted.where(any_of(PostRow.id, list(post_ids)))
    found = session.execute(wanted, execution_options={"yield_per": BATCH})
    for rows in found.partitions():
        yield _batch(list(zip(*rows, strict=True)))


def _select() -> sa.Select[Any]:
    each = (
        sa.case((condition, 1 << place), else_=0) for place, condition in enumerate(FLAGS.values())
    )
    flags = sum(each, start=sa.literal(0))
    return sa.select(
        PostRow.id,
        PostRow.tag_ids,
        flags,
        sa.func.coalesce(PostRow.parent_id, 0),
        sa.func.coalesce(PostRow.rating, ""),
        sa.func.coalesce(PostRow.mime, ""),
        _places(),
        _sources(),
        _sources(sa.func.cardinality(ClaimRow.tag_ids) > 0),
        sa.case((from_source(PERSON), [PERSON]), else_=sa.cast([], sa.ARRAY(sa.Text))),
        *(sa.func.coalesce(columns.PLAIN[measure], NOTHING) for measure in MEASURES),
        *(_micros(moment) for moment in (PostRow.dated_at, PostRow.created_at)),
    )


def _places() -> Any:
    roots = sa.select(LocationRow.root_id).where(
        lies_there(EVERYTHING), LocationRow.root_id.is_not(None)
    )
    return sa.func.array(roots.distinct().scalar_subquery())


def _sources(*wanted: sa.ColumnElement[bool]) -> Any:
    sources = sa.select(ClaimRow.source).where(ClaimRow.post_id == PostRow.id, *wanted)
    return sa.func.array(sources.scalar_subquery())


def _micros(moment: Any) -> sa.ColumnElement[int]:
    micros = sa.cast(sa.func.extract("epoch", moment) * 1_000_000, sa.BigInteger)
    return sa.func.coalesce(micros, NOTHING)


def _batch(values: list[Sequence[Any]]) -> Batch:
    ids, tags, flags, parents, ratings, mimes, roots, sources, telling, people, *numbers = values
    lengths = np.fromiter(map(len, tags), np.int64, len(tags))
    measured = [np.array(column, np.int64) for column in numbers]
    return Batch(
        ids=np.array(ids, np.uint32),
        tags=np.fromiter(chain.from_iterable(tags), np.int32, int(lengths.sum())),
        lengths=lengths,
        flags=np.array(flags, np.uint32),
        parents=np.array(parents, np.uint32),
        ratings=ratings,
        mimes=mimes,
        measures=dict(zip(MEASURES, measured, strict=False)),
        moments=dict(zip((Moment.DATE, Moment.ADDED), measured[len(MEASURES) :], strict=True)),
        roots=roots,
        sources=[[*one, *other] for one, other in zip(sources, people, strict=True)],
        telling=telling,
    )
