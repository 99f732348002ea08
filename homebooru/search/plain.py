"""Answers a tree by plain SQL: slow and obvious, the measure of every faster way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from homebooru.db.queries.alike.originals import has_upgrade
from homebooru.db.queries.duplicates.deciding import posts_of_open
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import lies_there, shown, told_of_immich, visible
from homebooru.db.tables import (
    AlbumPostRow,
    AssetRow,
    ClaimRow,
    FavouriteRow,
    FormerDigestRow,
    LocationRow,
    PersonPostRow,
    PoolPostRow,
    PostRow,
    PostVerdictRow,
    RootRow,
    VerdictRow,
)
from homebooru.domain.claims import About
from homebooru.domain.policy import PERSON, Kind, Policy
from homebooru.domain.query import Query
from homebooru.domain.query.dates import DateSpan
from homebooru.domain.query.tree import (
    FILE_TYPES,
    And,
    Dated,
    Detail,
    Digest,
    Favourite,
    FileType,
    From,
    Has,
    HashKind,
    Held,
    Holder,
    InImmich,
    Interval,
    Is,
    Kin,
    Measure,
    MetadataFound,
    Mirrored,
    Moment,
    Near,
    Node,
    Not,
    Number,
    Or,
    Pooled,
    Rated,
    Related,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
)
from homebooru.domain.scope import Scope
from homebooru.search import columns

Predicate = sa.ColumnElement[bool]

FEW = 300
"""Tags up to which the index answers; to compare arrays one by one takes too long with more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer depends on besides the tree: who asks, when and where, and what words mean.

    `tags` gives the meaning of each tag's name in the tree, and lacks those that are unknown;
    `wildcards` all the tags that fit each pattern in it, `holders` all the pools and the like
    that each such term means. `saved` are the saved searches of whoever asks, by lower-case
    name, where any is asked for.
    """

    scope: Scope
    now: datetime
    zone: tzinfo | None = None
    tags: Mapping[str, int] = field(default_factory=dict)
    wildcards: Mapping[str, Sequence[int]] = field(default_factory=dict)
    holders: Mapping[Held | Pooled, Sequence[int]] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)


def found(query: Query, asked: Asked) -> Predicate:
    """Tell which posts a search finds, of those that the asker may see."""
    return sa.and_(visible(asked.scope), kept(query), holds(query.tree, asked))


def kept(query: Query) -> Predicate:
    """Leave out missing and trashed posts where the search does not speak of them."""
    spoken = query.lifts()
    if Status.TRASHED in spoken:
        if Status.MISSING in spoken:
            return sa.true()
        return sa.or_(PostRow.missing_since.is_(None), PostRow.trashed_at.is_not(None))
    return PostRow.trashed_at.is_(None) if Status.MISSING in spoken else shown()


def holds(node: Node, asked: Asked) -> Predicate:
    """Tell for which posts a tree holds; the answer is never null."""
    match node:
        case And(parts):
            return sa.and_(*(holds(part, asked) for part in parts))
        case Or(parts):
            return sa.or_(*(holds(part, asked) for part in parts))
        case Not(part):
            return sa.not_(sa.func.coalesce(holds(part, asked), sa.false()))
    return _leaf(node, asked)


def _leaf(node: Node, asked: Asked) -> Predicate:  # noqa: C901, PLR0911, PLR0912  a line for each kind
    match node:
        case Tag() | Wildcard():
            return _tagged(PostRow.tag_ids, node, asked)
        case Suggested(tag):
            return _tagged(PostRow.suggestion_ids, tag, asked)
        case Number(measure, spans):
            return _within(_measured(measure, asked), spans)
        case Dated(moment, dates):
            return _dated(moment, dates, asked)
        case Digest(kind, digests):
            return _digest(kind, sorted(digests))
        case Rated(ratings):
            return PostRow.rating.in_(sorted(ratings))
        case FileType(types):
            return PostRow.mime.in_([mime for name in sorted(types) for mime in FILE_TYPES[name]])
        case From(sources):
            return sa.or_(*(from_source(source) for source in sorted(sources)))
        case Text(field_, pattern):
            return _text(field_, pattern, asked)
        case Related(kin, ids):
            return _related(kin, ids, asked)
        case Has(detail):
            return _has(detail, asked)
        case Is(status):
            return STATUSES[status]
        case MetadataFound():
            return _metadata_found(asked.policy)
        case Held(holder, pattern):
            held = _held(holder, None if pattern == "*" else asked.holders.get(node, ()))
            return held if holder is Holder.POOL else sa.and_(told_of_immich(asked.scope), held)
        case Pooled():
            return _held(Holder.POOL, asked.holders.get(node, ()))
        case InImmich(state):
            lies = _exists(AssetRow.post_id, lies_in_immich(state))
            return sa.and_(told_of_immich(asked.scope), lies)
        case Similar() | Near():
            return sa.false()  # the nearest stand in its place, where there are any
        case Favourite():
            return _exists(FavouriteRow.post_id, FavouriteRow.account_id == asked.scope.account)
    return sa.true()


def _tagged(
    column: InstrumentedAttribute[list[int]], tag: Tag | Wildcard, asked: Asked
) -> Predicate:
    """Tell by one of the arrays of tags that a post has."""
    if tag == Wildcard("*"):
        return sa.func.cardinality(column) > 0
    held = sa.type_coerce(column, ARRAY(sa.Integer))
    if isinstance(tag, Wildcard):
        return _overlaps(held, asked.wildcards.get(tag.pattern, ()))
    if tag.name not in asked.tags:
        return sa.false()
    wanted = sa.literal([asked.tags[tag.name]], ARRAY(sa.Integer))
    return held.op("@>", return_type=sa.Boolean())(wanted)


def _overlaps(held: sa.ColumnElement[Sequence[int]], tags: Sequence[int]) -> Predicate:
    ids = sa.literal(list(tags), ARRAY(sa.Integer))
    if len(tags) <= FEW:
        return held.op("&&", return_type=sa.Boolean())(ids)
    each = sa.func.unnest(held).table_valued("id").render_derived()
    return sa.exists(sa.select(1).where(each.c.id == sa.any_(ids)))


def _measured(measure: Measure, asked: Asked) -> columns.Number:
    if measure is Measure.AGE:
        return columns.age(asked.now)
    return columns.PLAIN[measure]


def _within(number: columns.Number, spans: Iterable[Interval]) -> Predicate:
    return sa.or_(
        sa.false(),  # where nothing is near, there are no spans
        *(
            sa.and_(
                sa.true() if span.low is None else number >= _big(span.low),
                sa.true() if span.high is None else number <= _big(span.high),
            )
            for span in spans
        ),
    )


def _big(number: int) -> sa.ColumnElement[int]:
    return sa.literal(number, sa.BigInteger)


DATES: Mapping[Moment, sa.SQLColumnExpression[datetime | None]] = {
    Moment.DATE: PostRow.dated_at,
    Moment.ADDED: PostRow.created_at,
    Moment.CHANGED: columns.CHANGED,
}


def _dated(moment: Moment, spans: Iterable[DateSpan], asked: Asked) -> Predicate:
    column = DATES[moment]
    each = []
    for span in spans:
        start, end = span.moments(asked.now, asked.zone)
        after = column.is_not(None) if start is None else column >= start
        each.append(after if end is None else sa.and_(after, column < end))
    return sa.or_(*each)


def _digest(kind: HashKind, digests: Sequence[str]) -> Predicate:
    """Tell by the file, by what it was before it was edited, and by what others call it."""
    wanted = [bytes.fromhex(digest) for digest in digests]
    held = [
        sa.select(SAME.c.id).where(SAME.c[kind.value].in_(wanted)),
        sa.select(FormerDigestRow.post_id).where(getattr(FormerDigestRow, kind.value).in_(wanted)),
    ]
    if kind is HashKind.MD5:
        held.append(sa.select(ClaimRow.post_id).where(ClaimRow.md5.in_(digests)))
    return PostRow.id.in_(sa.union(*held))  # so that each is looked up in its own index


def from_source(source: str) -> Predicate:
    """Tell by who says something of it; whoever merely threw it away said nothing of the picture."""
    if source != PERSON:
        return _exists(ClaimRow.post_id, ClaimRow.source == source)
    return sa.or_(
        _exists(VerdictRow.post_id, VerdictRow.yes),
        _exists(PostVerdictRow.post_id, PostVerdictRow.about != About.TRASH),
    )


def _metadata_found(policy: Policy) -> Predicate:
    return _exists(
        ClaimRow.post_id,
        ClaimRow.source.not_in(sorted(policy.sources(Kind.MODEL))),
        sa.func.cardinality(ClaimRow.tag_ids) > 0,
    )


def _held(holder: Holder, ids: Sequence[int] | None) -> Predicate:
    """Tell by the numbers of what holds posts; None is any of them."""
    link = LINKS[holder]
    return _exists(link.post, sa.true() if ids is None else any_of(link.holder, list(ids)))


def lies_in_immich(state: Mirrored) -> Predicate:
    """Tell of an asset whether it lies so."""
    if state is Mirrored.TRASHED:
        return AssetRow.is_trashed.is_(True)
    return sa.and_(AssetRow.is_trashed.is_(False), MIRRORED[state])


def _exists(
    post_id: InstrumentedAttribute[int], *wanted: sa.SQLColumnExpression[bool]
) -> Predicate:
    return sa.exists().where(post_id == PostRow.id, *wanted)


def _text(field_: TextField, pattern: str, asked: Asked) -> Predicate:
    if field_ is TextField.SOURCE:
        sources = sa.func.unnest(PostRow.sources).table_valued("address").render_derived()
        anywhere = pattern if "*" in pattern else f"*{pattern}*"
        return sa.exists(sa.select(1).where(_fits(sources.c.address, anywhere)))
    fits = _named(pattern) if field_ is TextField.FILENAME else _in_folder(pattern)
    place = (
        sa.select(1).select_from(LocationRow).outerjoin(RootRow, RootRow.id == LocationRow.root_id)
    )
    return sa.exists(place.where(lies_there(asked.scope), fits))


def _named(pattern: str) -> Predicate:
    return sa.or_(_fits(LocationRow.name, pattern), _fits(STEM, pattern))


def _in_folder(pattern: str) -> Predicate:
    from_root = sa.func.concat_ws("/", RootRow.name, sa.func.nullif(LocationRow.folder, ""))
    return sa.or_(
        *(
            _fits(path, wanted)
            for path in (LocationRow.folder, from_root)
            for wanted in (pattern, f"{pattern}/*")
        )
    )


def _fits(text: sa.SQLColumnExpression[str], pattern: str) -> Predicate:
    return columns.folded(text).like(columns.folded(sa.literal(columns.like(pattern), sa.Text)))


def _related(kin: Kin, ids: Sequence[Interval], asked: Asked) -> Predicate:
    is_one = _within(columns.PLAIN[Measure.ID], ids)
    if kin is Kin.CHILD:
        return PostRow.id.in_(_parents(asked.scope).where(is_one))
    parent = sa.type_coerce(PostRow.parent_id, sa.BigInteger)
    return sa.or_(is_one, sa.and_(_has_parent(asked.scope), _within(parent, ids)))


def _has_parent(scope: Scope) -> Predicate:
    """Tell whether a post has a parent that the asker may see, like the page that names it."""
    seen = sa.select(PostRow.id).where(visible(scope)).correlate(None)
    return sa.and_(PostRow.parent_id.is_not(None), PostRow.parent_id.in_(seen))


def _parents(scope: Scope) -> sa.Select[int | None]:
    """Return the parents of all posts that the asker may see and that are shown."""
    shown_children = sa.select(PostRow.parent_id).where(visible(scope), shown())
    return shown_children.where(PostRow.parent_id.is_not(None)).correlate(None)


def _has(detail: Detail, asked: Asked) -> Predicate:
    if detail is Detail.CHILDREN:
        return PostRow.id.in_(_parents(asked.scope))
    if detail is Detail.PARENT:
        return _has_parent(asked.scope)
    if detail is Detail.DUPLICATES:
        return PostRow.id.in_(posts_of_open(asked.scope))
    return DETAILS[detail]


SAME = PostRow.__table__.alias("same")
"""The posts once more, to be looked up by themselves."""


@dataclass(frozen=True, slots=True)
class Link:
    """The columns of a table that says what holds which posts."""

    holder: InstrumentedAttribute[int]
    post: InstrumentedAttribute[int]


LINKS: Mapping[Holder, Link] = {
    Holder.POOL: Link(PoolPostRow.pool_id, PoolPostRow.post_id),
    Holder.ALBUM: Link(AlbumPostRow.album_id, AlbumPostRow.post_id),
    Holder.PERSON: Link(PersonPostRow.person_id, PersonPostRow.post_id),
}
MIRRORED: Mapping[Mirrored, Predicate] = {
    Mirrored.ANY: sa.true(),
    Mirrored.ARCHIVED: AssetRow.visibility == "archive",
    Mirrored.FAVOURITE: AssetRow.is_favourite.is_(True),
    Mirrored.HIDDEN: AssetRow.visibility == "hidden",
    Mirrored.LOCKED: AssetRow.visibility == "locked",
    Mirrored.TIMELINE: AssetRow.visibility == "timeline",
}

STEM = sa.func.regexp_replace(LocationRow.name, r"(.)\.[^.]*$", r"\1")
"""A file's name without its ending."""

DETAILS: Mapping[Detail, Predicate] = {
    Detail.DATE: PostRow.dated_at.is_not(None),
    Detail.DESCRIPTION: PostRow.description.is_not(None),
    Detail.DISAGREEMENT: PostRow.disagrees.is_(True),
    Detail.DURATION: PostRow.duration.is_not(None),
    Detail.PLACE: PostRow.place.is_not(None),
    Detail.RATING: PostRow.rating.is_not(None),
    Detail.SCORE: PostRow.score.is_not(None),
    Detail.SIZE: sa.and_(PostRow.width.is_not(None), PostRow.height.is_not(None)),
    Detail.SOUND: PostRow.has_sound.is_(True),
    Detail.SOURCE: sa.func.cardinality(PostRow.sources) > 0,
    Detail.STARS: PostRow.stars.is_not(None),
    Detail.SUGGESTION: sa.func.cardinality(PostRow.suggestion_ids) > 0,
    Detail.TAGS: sa.func.cardinality(PostRow.tag_ids) > 0,
    Detail.UPGRADE: has_upgrade(),
}
STATUSES: Mapping[Status, Predicate] = {
    Status.ANIMATED: sa.or_(PostRow.frames > 1, PostRow.mime.like("video/%")),
    Status.ANY: sa.true(),
    Status.DAMAGED: PostRow.damaged.is_(True),
    Status.MISSING: PostRow.missing_since.is_not(None),
    Status.PENDING: PostRow.state == "pending",
    Status.READY: PostRow.state == "ready",
    Status.REVIEWED: PostRow.reviewed_at.is_not(None),
    Status.TRASHED: PostRow.trashed_at.is_not(None),
    Status.UNREADABLE: PostRow.state == "unreadable",
    Status.VIDEO: PostRow.mime.like("video/%"),
}
