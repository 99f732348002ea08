"""The statements that read what the index holds of posts, by the words that searches there use.

Statuses, details and measures are the conditions and columns of `search.plain` and
`search.columns` themselves, so the two ways to answer cannot come to mean different things.
A column comes as one run of bytes, since a value each would take many times longer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from homebooru.db.queries.records import one_of_given
from homebooru.db.queries.scope import lies_there
from homebooru.db.tables import AssetRow, ClaimRow, FavouriteRow, LocationRow, PostRow
from homebooru.db.tables.feed import Part
from homebooru.domain.policy import PERSON
from homebooru.domain.query.tree import Detail, Holder, Measure, Mirrored, Status
from homebooru.domain.scope import EVERYTHING
from homebooru.search import columns
from homebooru.search.index.places import NO_STEM
from homebooru.search.plain import DETAILS, LINKS, STATUSES, STEM, from_source, lies_in_immich

NOTHING = np.iinfo(np.int64).min
"""Stands in a column where the post lacks it."""

MEASURES = tuple(measure for measure in columns.PLAIN if measure is not Measure.ID)
FLAGS: dict[Status | Detail, sa.ColumnElement[bool]] = {}
FLAGS.update(STATUSES.items())
FLAGS.update(DETAILS.items())

Wanted = sa.Select[*tuple[Any, ...]]
Among = Callable[[InstrumentedAttribute[int]], sa.ColumnElement[bool]]
"""Tells whether a column of post ids holds one of those that the statement is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The statements that read some posts: to make them takes longer than to run them for one."""

    columns: Wanted
    ratings: Wanted
    mimes: Wanted
    voices: Wanted
    people: Wanted
    telling: Wanted
    liked: Wanted
    mirrored: Wanted
    held: Mapping[Holder, Wanted]
    located: Wanted
    addresses: Wanted

    def of(self, part: Part) -> Wanted:
        """Return what reads a part of posts by itself."""
        return {
            Part.LIKES: self.liked,
            Part.POOLS: self.held[Holder.POOL],
            Part.ALBUMS: self.held[Holder.ALBUM],
            Part.PEOPLE: self.held[Holder.PERSON],
            Part.MIRRORED: self.mirrored,
        }[part]


def reader_of_run() -> Reader:
    """Return what reads the posts from `first` to `last`."""
    return _reader(_in_run)


def reader_of_given() -> Reader:
    """Return what reads the posts that are `spelled` as GIVEN."""
    return _reader(one_of_given)


@cache
def _reader(among: Among) -> Reader:
    return Reader(
        columns=_columns(among),
        ratings=_by_name(PostRow.rating, among),
        mimes=_by_name(PostRow.mime, among),
        voices=_by_source(among, ClaimRow.source != PERSON),
        people=_by_people(among),
        telling=_by_source(among, sa.func.cardinality(ClaimRow.tag_ids) > 0),
        liked=_by_number(FavouriteRow.account_id, FavouriteRow.post_id, among),
        mirrored=_by_state(among),
        held={holder: _by_number(link.holder, link.post, among) for holder, link in LINKS.items()},
        located=_located(among),
        addresses=_addresses(among),
    )


def _in_run(column: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    first, last = (sa.bindparam(name, type_=sa.Integer) for name in ("first", "last"))
    return column.between(first, last)


def _columns(among: Among) -> Wanted:
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
            columns.micros(columns.CHANGED).label("changed"),
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


def _by_name(column: InstrumentedAttribute[str | None], among: Among) -> Wanted:
    name = sa.func.coalesce(column, "")
    return sa.select(name, _small(PostRow.id)).where(among(PostRow.id)).group_by(column)


def _by_source(among: Among, wanted: sa.ColumnElement[bool]) -> Wanted:
    by_source = sa.select(ClaimRow.source, _small(ClaimRow.post_id)).group_by(ClaimRow.source)
    return by_source.where(among(ClaimRow.post_id), wanted)


def _by_people(among: Among) -> Wanted:
    said = sa.select(sa.literal(PERSON, sa.Text), _small(PostRow.id))
    return said.where(among(PostRow.id), from_source(PERSON))


def _by_state(among: Among) -> Wanted:
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
) -> Wanted:
    return sa.select(number, _small(post)).where(among(post)).group_by(number)


def _located(among: Among) -> Wanted:
    """Select each folder with the names in it, of posts, and how long each is without its ending."""
    places = (
        sa.select(
            LocationRow.post_id.label("post"),
            sa.func.coalesce(LocationRow.root_id, -LocationRow.mirror, 0).label("root"),
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
    return sa.select(
        places.root,
        columns.folded(places.folder),
        _joined(sa.case((within, number), else_=number.concat(number))),
        _joined(sa.case((within, name), else_=name.concat(stem))),
        _joined(sa.case((within, short), else_=apart)),
    ).group_by(places.root, places.folder)


def _addresses(among: Among) -> Wanted:
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
    return sa.select(_small(each.post), _joined(spelled))


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
