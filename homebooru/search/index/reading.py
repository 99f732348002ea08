"""What the index holds of a post, read from the tables by the words that searches there use.

Statuses, details and measures are the conditions and columns of `search.plain` and
`search.columns` themselves, so the two ways to answer cannot come to mean different things.
A column comes as one run of bytes, since a value each would take many times longer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import lies_there
from homebooru.db.tables import AssetRow, ClaimRow, FavouriteRow, LocationRow, PostRow
from homebooru.domain.policy import PERSON
from homebooru.domain.query.tree import Detail, Holder, Measure, Mirrored, Moment, Status
from homebooru.domain.scope import EVERYTHING
from homebooru.search import columns
from homebooru.search.index.bitmaps import Ids
from homebooru.search.index.patterns import Bytes
from homebooru.search.index.places import NO_STEM, Located
from homebooru.search.plain import DETAILS, LINKS, STATUSES, STEM, from_source, lies_in_immich

BATCH = 50_000
NOTHING = np.iinfo(np.int64).min
"""Stands in a column where the post lacks it."""

MEASURES = tuple(measure for measure in columns.PLAIN if measure is not Measure.ID)
MOMENTS = (Moment.DATE, Moment.ADDED)
FLAGS: dict[Status | Detail, sa.ColumnElement[bool]] = {}
FLAGS.update(STATUSES.items())
FLAGS.update(DETAILS.items())
BITS: Mapping[Status | Detail, int] = {flag: 1 << place for place, flag in enumerate(FLAGS)}

Numbers = NDArray[np.int64]
Members = Mapping[str, Ids]
Among = Callable[[InstrumentedAttribute[int]], sa.ColumnElement[bool]]
"""Tells whether a column of post ids holds one of a batch."""

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
    for among in parts:
        batch = _read(session, among)
        if len(batch.ids):
            yield batch


def _runs(session: Session) -> Iterator[Among]:
    last = 0
    while True:
        some = sa.select(PostRow.id).where(PostRow.id > last).order_by(PostRow.id).limit(BATCH)
        first, last = last + 1, session.scalar(sa.select(sa.func.max(some.subquery().c.id)))
        if last is None:
            return
        yield lambda column, first=first, last=last: column.between(first, last)  # type: ignore[misc]


def _parts(post_ids: list[int]) -> Iterator[Among]:
    for start in range(0, len(post_ids), BATCH):
        part = post_ids[start : start + BATCH]
        yield lambda column, part=part: any_of(column, part)  # type: ignore[misc]


def _read(session: Session, among: Among) -> Batch:
    row = session.execute(_columns(among)).one()
    ids, flags, parents, suggested, arrays, suggestions, *numbers, digests = row
    columns_read = [_numbers(one, ">i8").astype(np.int64) for one in numbers]
    measures: dict[Measure, Numbers] = dict(zip(MEASURES, columns_read, strict=False))
    lengths = measures[Measure.TAGS]
    return Batch(
        ids=_ids(ids),
        tags=_elements(arrays, lengths),
        lengths=lengths,
        suggestions=_elements(suggestions, _ids(suggested).astype(np.int64)),
        suggested=_ids(suggested).astype(np.int64),
        flags=_ids(flags),
        parents=_ids(parents),
        measures=measures,
        moments=dict(zip(MOMENTS, columns_read[len(MEASURES) :], strict=True)),
        digests=_numbers(digests, ">i8").astype(np.int64),
        ratings=_members(session, _by_name(PostRow.rating, among)),
        mimes=_members(session, _by_name(PostRow.mime, among)),
        sources=_members(session, _by_source(among, ClaimRow.source != PERSON))
        | _members(session, _by_people(among)),
        telling=_members(session, _by_source(among, sa.func.cardinality(ClaimRow.tag_ids) > 0)),
        liked=_members(session, _by_number(FavouriteRow.account_id, FavouriteRow.post_id, among)),
        mirrored=_members(session, _by_state(among)),
        held={
            holder: _members(session, _by_number(link.holder, link.post, among))
            for holder, link in LINKS.items()
        },
        located=_located(session, among),
        addresses=_addresses(session, among),
    )


def _columns(among: Among) -> sa.Select[*tuple[Any, ...]]:
    bits = (
        sa.case((condition, 1 << place), else_=0) for place, condition in enumerate(FLAGS.values())
    )
    rows = (
        sa.select(
            PostRow.id.label("id"),
            sum(bits, start=sa.literal(0)).label("flags"),
            sa.func.coalesce(PostRow.parent_id, 0).label("parent"),
            sa.func.cardinality(PostRow.suggestion_ids).label("suggested"),
            sa.func.array_send(PostRow.tag_ids, type_=sa.LargeBinary).label("tags"),
            sa.func.array_send(PostRow.suggestion_ids, type_=sa.LargeBinary).label("suggestions"),
            *(
                sa.func.coalesce(columns.PLAIN[measure], NOTHING).label(measure.name)
                for measure in MEASURES
            ),
            sa.func.coalesce(columns.micros(PostRow.dated_at), NOTHING).label("dated"),
            columns.micros(PostRow.created_at).label("added"),
            sa.func.coalesce(columns.DIGEST, NOTHING).label("digest"),
        )
        .where(among(PostRow.id))
        .order_by(PostRow.id)
        .subquery()
    )
    ids, flags, parents, suggested, tags, suggestions, *numbers = rows.c
    return sa.select(
        *(_small(column) for column in (ids, flags, parents, suggested)),
        *(_joined(column) for column in (tags, suggestions)),
        *(_joined(sa.func.int8send(column, type_=sa.LargeBinary)) for column in numbers),
    )


def _by_name(
    column: InstrumentedAttribute[str | None], among: Among
) -> sa.Select[*tuple[Any, ...]]:
    name = sa.func.coalesce(column, "")
    return sa.select(name, _small(PostRow.id)).where(among(PostRow.id)).group_by(column)


def _by_source(among: Among, wanted: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    by_source = sa.select(ClaimRow.source, _small(ClaimRow.post_id)).group_by(ClaimRow.source)
    return by_source.where(among(ClaimRow.post_id), wanted)


def _by_people(among: Among) -> sa.Select[*tuple[Any, ...]]:
    said = sa.select(sa.literal(PERSON, sa.Text), _small(PostRow.id))
    return said.where(among(PostRow.id), from_source(PERSON))


def _by_state(among: Among) -> sa.Select[*tuple[Any, ...]]:
    each = sa.union_all(
        *(
            sa.select(sa.literal(state.value, sa.Text).label("state"), AssetRow.post_id)
            .where(among(AssetRow.post_id), lies_in_immich(state))
            .distinct()
            for state in Mirrored
        )
    ).subquery()
    return sa.select(each.c.state, _small(each.c.post_id)).group_by(each.c.state)


def _by_number(
    number: InstrumentedAttribute[int], post: InstrumentedAttribute[int], among: Among
) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(number, _small(post)).where(among(post)).group_by(number)


def _members(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> dict[Any, Ids]:
    return {name: _ids(ids) for name, ids in session.execute(wanted)}


def _located(session: Session, among: Among) -> Located:
    """Return where the posts lie, with the texts that patterns are compared with."""
    places = (
        sa.select(
            LocationRow.post_id.label("post"),
            sa.func.coalesce(LocationRow.root_id, 0).label("root"),
            LocationRow.folder.label("folder"),
            columns.folded(LocationRow.name).label("name"),
            columns.folded(STEM).label("stem"),
        )
        .where(lies_there(EVERYTHING), among(PostRow.id), among(LocationRow.post_id))
        .offset(0)  # else each text would be folded as often as it is named
        .subquery()
        .c
    )
    end, number = sa.literal(b"\0", sa.LargeBinary), _number(places.post)
    name, stem = (_bytes(text).concat(end) for text in (places.name, places.stem))
    full, short = (_number(sa.func.octet_length(text)) for text in (places.name, places.stem))
    apart = full.concat(_number(sa.literal(NO_STEM)))
    # where a stem alone is spelled otherwise than within the name, it stands beside it
    within = sa.func.starts_with(places.name, places.stem)
    wanted = sa.select(
        places.root,
        columns.folded(places.folder),
        _joined(sa.case((within, number), else_=number.concat(number))),
        _joined(sa.case((within, name), else_=name.concat(stem))),
        _joined(sa.case((within, short), else_=apart)),
    ).group_by(places.root, places.folder)
    rows = session.execute(wanted).all()
    sizes = [len(row[2]) // 4 for row in rows]
    return Located.sorted(
        folders=[(root, folder.encode()) for root, folder, *_ in rows],
        places=np.repeat(np.arange(len(rows), dtype=np.int32), sizes),
        posts=_ids(b"".join(row[2] for row in rows)),
        texts=np.frombuffer(b"".join(row[3] for row in rows), np.uint8),
        stems=_numbers(b"".join(row[4] for row in rows), ">i4").astype(np.int32),
    )


def _addresses(session: Session, among: Among) -> tuple[Ids, Bytes]:
    address = sa.func.unnest(PostRow.sources, type_=sa.Text)
    each = (
        sa.select(PostRow.id.label("post"), address.label("address"))
        .where(among(PostRow.id))
        .order_by(PostRow.id)
        .subquery()
        .c
    )
    end = sa.literal(b"\0", sa.LargeBinary)
    spelled = _bytes(columns.folded(each.address)).concat(end)
    read = sa.select(_small(each.post), _joined(spelled))
    posts, texts = session.execute(read).one()
    return _ids(posts), np.frombuffer(texts, np.uint8)


def _small(column: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bytes]:
    return _joined(_number(column))


def _number(column: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[bytes]:
    return sa.func.int4send(column, type_=sa.LargeBinary)


def _bytes(text: sa.ColumnElement[str]) -> sa.ColumnElement[bytes]:
    return sa.func.convert_to(text, "UTF8", type_=sa.LargeBinary)


def _joined(each: sa.ColumnElement[bytes]) -> sa.ColumnElement[bytes]:
    nothing = sa.literal(b"", sa.LargeBinary)
    joined = sa.func.string_agg(each, nothing, type_=sa.LargeBinary)
    return sa.func.coalesce(joined, nothing, type_=sa.LargeBinary)


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
