"""Searches answered in Python over everything there is: what SQL must agree with."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from fractions import Fraction
from math import floor

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import (
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    ClaimRow,
    FavouriteRow,
    FormerDigestRow,
    LocationRow,
    PersonPostRow,
    PersonRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    PostVerdictRow,
    RootRow,
    SavedSearchRow,
    TagAliasRow,
    TagRow,
    VerdictRow,
)
from homebooru.domain.policy import VOICES, Kind
from homebooru.domain.query import Query, parse
from homebooru.domain.query.dates import Ago
from homebooru.domain.query.orders import NEWEST_FIRST, Order, OrderBy
from homebooru.domain.query.tree import (
    FILE_TYPES,
    And,
    Dated,
    Detail,
    Digest,
    Everything,
    Favourite,
    FileType,
    From,
    Has,
    HashKind,
    Held,
    Holder,
    InImmich,
    Is,
    Kin,
    Measure,
    MetadataFound,
    Mirrored,
    Moment,
    Near,
    Not,
    Number,
    Or,
    Pooled,
    Rated,
    Related,
    Saved,
    Similar,
    Status,
    Suggested,
    Tag,
    Text,
    TextField,
    Wildcard,
    mapped,
)
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.domain.vocabulary import Vocabulary

COUNTS = {
    Measure.GENERAL_TAGS: "general_count",
    Measure.ARTIST_TAGS: "artist_count",
    Measure.COPYRIGHT_TAGS: "copyright_count",
    Measure.CHARACTER_TAGS: "character_count",
    Measure.SPECIES_TAGS: "species_count",
    Measure.META_TAGS: "meta_count",
    Measure.LORE_TAGS: "lore_count",
}


def drawn(seed, post_id):
    """Draw a number for a post: see homebooru/search/shuffling.py."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    number = post_id
    for salt in (digest[:8], digest[8:16]):
        number ^= int(salt, 16)
        for _ in range(2):
            number = (number ^ number >> 16) * 0x45D9F3B % 2**32
    return number


@dataclass
class Oracle:
    """The whole library in memory, and somebody who asks."""

    scope: Scope
    now: datetime
    zone: tzinfo

    def read(self, session: Session) -> Oracle:
        def rows(table):
            return list(session.scalars(sa.select(table)))

        self.posts = rows(PostRow)
        self.places = rows(LocationRow)
        self.claims = rows(ClaimRow)
        self.verdicts = rows(VerdictRow)
        self.words = rows(PostVerdictRow)
        self.former = rows(FormerDigestRow)
        self.likes = rows(FavouriteRow)
        self.kinds = {pool.id: pool.category for pool in rows(PoolRow)}
        self.pooled = rows(PoolPostRow)
        self.named = {
            Holder.POOL: {pool.id: pool.name for pool in rows(PoolRow)},
            Holder.ALBUM: {album.id: album.name for album in rows(AlbumRow)},
            Holder.PERSON: {person.id: person.name for person in rows(PersonRow)},
        }
        self.links = {
            Holder.POOL: [(row.pool_id, row.post_id) for row in self.pooled],
            Holder.ALBUM: [(row.album_id, row.post_id) for row in rows(AlbumPostRow)],
            Holder.PERSON: [(row.person_id, row.post_id) for row in rows(PersonPostRow)],
        }
        self.assets = rows(AssetRow)
        self.saved = {
            row.name.lower(): parse(row.query)
            for row in rows(SavedSearchRow)
            if row.account_id == self.scope.account
        }
        self.roots = {root.id: root.name for root in rows(RootRow)}
        self.tags = {tag.name: tag.id for tag in rows(TagRow)}
        self.vocabulary = Vocabulary(
            aliases={row.antecedent_id: row.consequent_id for row in rows(TagAliasRow)}
        )
        return self

    def found(self, query: Query) -> list[int]:
        query = self.whole(query)
        kept = [
            post
            for post in self.posts
            if self.visible(post) and self.kept(post, query) and self.holds(query.tree, post)
        ]
        kept.sort(key=lambda post: -post.id)
        order = query.order
        if order.by is OrderBy.RANDOM:
            seed = order.seed or self.now.astimezone(self.zone).date().isoformat()
            kept.sort(key=lambda post: drawn(seed, post.id))
        else:
            having = [post for post in kept if self.key(order, post) is not None]
            lacking = [post for post in kept if self.key(order, post) is None]
            # equals stay in order
            having.sort(key=lambda post: self.key(order, post), reverse=order.descending)
            kept = having + lacking
        return [post.id for post in kept]

    def whole(self, query: Query) -> Query:
        """Put saved searches in the place of their names, as often as it takes."""
        while isinstance(query.tree, Saved):
            named = self.saved[query.tree.name.lower()]
            order = query.order if query.order != NEWEST_FIRST else named.order
            query = Query(named.tree, order)

        def put_in(leaf):
            return mapped(self.saved[leaf.name.lower()].tree, put_in) if is_saved(leaf) else leaf

        return Query(mapped(query.tree, put_in), query.order)

    def key(self, order: Order, post: PostRow):  # noqa: PLR0911 (one for each order)
        match by := order.by:
            case OrderBy.POOL:
                pools = self.meant(Holder.POOL, order.named)
                held = [row for row in self.pooled if row.post_id == post.id]
                held = [(row.pool_id, row.position) for row in held if row.pool_id in pools]
                return min(held, default=None)
            case OrderBy.CUSTOM:
                listed = [int(number) for number in order.named.split(",")]
                return listed.index(post.id) if post.id in listed else None
            case OrderBy.FAVOURITED:
                return next((like.made_at for like in self.my_likes(post)), None)
            case OrderBy.DATE:
                return post.dated_at
            case OrderBy.CHANGED:
                return post.changed_at or post.created_at
            case OrderBy.MD5:
                return post.md5
            case OrderBy.FILENAME:
                names = [folded(place.name) for place in self.files(post)]
                return min((name.encode() for name in names), default=None)
        return self.measure(Measure(by.value), post)

    def my_likes(self, post: PostRow) -> list[FavouriteRow]:
        likes = [like for like in self.likes if like.post_id == post.id]
        return [like for like in likes if like.account_id == self.scope.account]

    def meant(self, holder: Holder, pattern: str) -> set[int]:
        if pattern.isdigit():
            return {int(pattern)}
        wanted, names = pattern.replace(" ", "_"), self.named[holder]
        return {n for n, name in names.items() if fits(wanted, name.replace(" ", "_"))}

    def holding(self, holder: Holder, post: PostRow) -> set[int]:
        return {number for number, held in self.links[holder] if held == post.id}

    def mirrored(self, state: Mirrored, post: PostRow) -> bool:
        assets = [asset for asset in self.assets if asset.post_id == post.id]
        kept = [asset for asset in assets if not asset.is_trashed]
        match state:
            case Mirrored.ANY:
                return bool(kept)
            case Mirrored.TRASHED:
                return len(kept) < len(assets)
            case Mirrored.FAVOURITE:
                return any(asset.is_favourite for asset in kept)
        wanted = {Mirrored.ARCHIVED: "archive"}.get(state, state.value)
        return any(asset.visibility == wanted for asset in kept)

    def visible(self, post: PostRow) -> bool:
        rating = Rating(post.rating) if post.rating else self.scope.unrated_as
        steps = list(Rating)
        if steps.index(rating) > steps.index(self.scope.ceiling):
            return False
        return self.scope.roots is None or bool(self.files(post))

    def shown(self, post: PostRow) -> bool:
        return post.missing_since is None and post.trashed_at is None

    def kept(self, post: PostRow, query: Query) -> bool:
        spoken = query.lifts()
        if post.trashed_at is not None:
            return Status.TRASHED in spoken
        return post.missing_since is None or Status.MISSING in spoken

    def files(self, post: PostRow) -> list[LocationRow]:
        return [
            place
            for place in self.places
            if place.post_id == post.id
            and (place.missing_since is None or post.missing_since is not None)
            and (
                self.scope.roots is None
                or place.root_id in self.scope.roots
                or place.mirror in self.scope.mirrors
            )
        ]

    def told_of_immich(self, post: PostRow) -> bool:
        return self.scope.roots is None or any(
            place.mirror in self.scope.mirrors for place in self.files(post)
        )

    def children(self, post: PostRow) -> list[PostRow]:
        return [
            other
            for other in self.posts
            if other.parent_id == post.id and self.visible(other) and self.shown(other)
        ]

    def parent(self, post: PostRow) -> int | None:
        seen = {other.id for other in self.posts if self.visible(other)}
        return post.parent_id if post.parent_id in seen else None

    def holds(self, node, post: PostRow) -> bool:  # noqa: C901, PLR0911, PLR0912
        match node:
            case Everything():
                return True
            case And(parts):
                return all(self.holds(part, post) for part in parts)
            case Or(parts):
                return any(self.holds(part, post) for part in parts)
            case Not(part):
                return not self.holds(part, post)
            case Tag(name):
                tag = self.tags.get(name)
                return tag is not None and self.vocabulary.resolve(tag) in post.tag_ids
            case Wildcard(pattern):
                return any(
                    fits(pattern, name) and tag in post.tag_ids for name, tag in self.tags.items()
                )
            case Suggested(Tag(name)):
                tag = self.tags.get(name)
                return tag is not None and self.vocabulary.resolve(tag) in post.suggestion_ids
            case Suggested(Wildcard(pattern)):
                return any(
                    fits(pattern, name) and tag in post.suggestion_ids
                    for name, tag in self.tags.items()
                )
            case Number(measure, spans):
                return within(self.measure(measure, post), spans)
            case Dated(moment, dates):
                when = {
                    Moment.DATE: post.dated_at,
                    Moment.ADDED: post.created_at,
                    Moment.CHANGED: post.changed_at or post.created_at,
                }[moment]
                return when is not None and any(self.in_span(when, span) for span in dates)
            case Digest(kind, digests):
                all_of_it = [post, *(one for one in self.former if one.post_id == post.id)]
                held = {getattr(one, kind.value) for one in all_of_it}
                if kind is HashKind.MD5:
                    mine = [claim for claim in self.claims if claim.post_id == post.id]
                    held |= {bytes.fromhex(claim.md5) for claim in mine if claim.md5}
                return any(bytes.fromhex(digest) in held for digest in digests)
            case Rated(ratings):
                return post.rating in ratings
            case FileType(types):
                return post.mime in {mime for name in types for mime in FILE_TYPES[name]}
            case From(sources):
                voices = {claim.source for claim in self.claims if claim.post_id == post.id}
                decided = [v for v in self.verdicts if v.post_id == post.id and v.yes]
                decided += [v for v in self.words if v.post_id == post.id and v.about != "trash"]
                return bool(sources & (voices | ({"person"} if decided else set())))
            case Text(TextField.SOURCE, pattern):
                anywhere = pattern if "*" in pattern else f"*{pattern}*"
                return any(fits(anywhere, source) for source in post.sources)
            case Text(TextField.FILENAME, pattern):
                names = [place.name for place in self.files(post)]
                stems = [re.sub(r"(?<=.)\.[^.]*\Z", "", name, flags=re.DOTALL) for name in names]
                return any(fits(pattern, name) for name in names + stems)
            case Text(TextField.FOLDER, pattern):
                return any(self.is_in(place, pattern) for place in self.files(post))
            case Related(Kin.PARENT, ids):
                return within(post.id, ids) or within(self.parent(post), ids)
            case Related(Kin.CHILD, ids):
                return any(within(child.id, ids) for child in self.children(post))
            case Has(detail):
                return self.has(detail, post)
            case Is(status):
                return self.is_(status, post)
            case MetadataFound():
                models = {name for name, voice in VOICES.items() if voice.kind is Kind.MODEL}
                return any(
                    claim.post_id == post.id and claim.source not in models and claim.tag_ids
                    for claim in self.claims
                )
            case Held(Holder.ALBUM | Holder.PERSON) if not self.told_of_immich(post):
                return False
            case Held(holder, "*"):
                return bool(self.holding(holder, post))
            case Held(holder, pattern):
                return bool(self.holding(holder, post) & self.meant(holder, pattern))
            case Pooled(kind):
                return any(self.kinds[pool] == kind for pool in self.holding(Holder.POOL, post))
            case InImmich(state):
                return self.told_of_immich(post) and self.mirrored(state, post)
            case Similar() | Near():
                return False
            case Favourite():
                return bool(self.my_likes(post))
        raise AssertionError(node)

    def measure(self, measure: Measure, post: PostRow):  # noqa: C901, PLR0911
        if measure in COUNTS:
            return getattr(post, COUNTS[measure])
        sized = post.width is not None and post.height
        match measure:
            case Measure.RATIO:
                return (
                    floor(Fraction(post.width, post.height) * 100 + Fraction(1, 2))
                    if sized
                    else None
                )
            case Measure.PIXELS:
                return post.width * post.height if sized else None
            case Measure.FILESIZE:
                return post.size
            case Measure.DURATION:
                return None if post.duration is None else round(post.duration * 1000)
            case Measure.AGE:
                return (self.now - post.created_at) // timedelta(seconds=1)
            case Measure.TAGS:
                return len(post.tag_ids)
            case Measure.CONFIDENCE:
                return post.surety
            case Measure.FAVOURITES:
                return sum(like.post_id == post.id for like in self.likes)
            case Measure.POOLS:
                return len(self.holding(Holder.POOL, post))
        return getattr(post, measure.value)

    def in_span(self, when: datetime, span) -> bool:
        today = self.now.astimezone(self.zone).date()

        def day(part, edge):
            return today - timedelta(part.days) if isinstance(part, Ago) else getattr(part, edge)()

        local = when.astimezone(self.zone).date()
        return (span.first is None or local >= day(span.first, "first_day")) and (
            span.last is None or local <= day(span.last, "last_day")
        )

    def is_in(self, place: LocationRow, pattern: str) -> bool:
        parts = (self.roots.get(place.root_id), place.folder)
        from_root = "/".join(part for part in parts if part)
        return any(
            fits(wanted, path)
            for path in (place.folder, from_root)
            for wanted in (pattern, f"{pattern}/*")
        )

    def has(self, detail: Detail, post: PostRow) -> bool:  # noqa: PLR0911 (one for each detail)
        match detail:
            case Detail.CHILDREN:
                return bool(self.children(post))
            case Detail.PARENT:
                return self.parent(post) is not None
            case Detail.SIZE:
                return post.width is not None and post.height is not None
            case Detail.SOUND:
                return bool(post.has_sound)
            case Detail.SOURCE:
                return bool(post.sources)
            case Detail.TAGS:
                return bool(post.tag_ids)
            case Detail.SUGGESTION:
                return bool(post.suggestion_ids)
            case Detail.DUPLICATES:
                return False  # no pair is in these libraries; see test_duplicates
            case Detail.DISAGREEMENT:
                return post.disagrees
        name = {Detail.DATE: "dated_at"}.get(detail, detail.value)
        return getattr(post, name) is not None

    def is_(self, status: Status, post: PostRow) -> bool:
        video = (post.mime or "").startswith("video/")
        return {
            Status.ANIMATED: video or (post.frames or 0) > 1,
            Status.ANY: True,
            Status.DAMAGED: post.damaged,
            Status.MISSING: post.missing_since is not None,
            Status.PENDING: post.state == "pending",
            Status.READY: post.state == "ready",
            Status.REVIEWED: post.reviewed_at is not None,
            Status.TRASHED: post.trashed_at is not None,
            Status.UNREADABLE: post.state == "unreadable",
            Status.VIDEO: video,
        }[status]


def is_saved(leaf) -> bool:
    return isinstance(leaf, Saved)


def within(number: int | None, spans) -> bool:
    return number is not None and any(
        (span.low is None or number >= span.low) and (span.high is None or number <= span.high)
        for span in spans
    )


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower()


def fits(pattern: str, text: str) -> bool:
    parts = [re.escape(part) for part in folded(pattern).split("*")]
    return re.fullmatch(".*".join(parts), folded(text), re.DOTALL) is not None
