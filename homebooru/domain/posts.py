"""Posts as they are shown: what pages, commands and the API are given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category

IN_ORDER = (
    Category.ARTIST,
    Category.COPYRIGHT,
    Category.CHARACTER,
    Category.SPECIES,
    Category.GENERAL,
    Category.META,
    Category.LORE,
)
"""The order in which a post's tags are listed."""
RANKS = {category: rank for rank, category in enumerate(IN_ORDER)}


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag with its number of posts, in whatever set is being looked at."""

    name: str
    category: Category
    count: int = 0


def in_order(tags: Iterable[TagView]) -> tuple[TagView, ...]:
    """Return a post's tags in the order in which they are listed."""
    return tuple(sorted(tags, key=lambda tag: (RANKS[tag.category], tag.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationView:
    """A place where the post's file lies; `folder` and `name` are display forms.

    An asset in Immich has no root.
    """

    id: int
    root_id: int | None
    root: str
    folder: str
    name: str
    size: int
    modified_at: datetime
    missing_since: datetime | None = None
    kind: str = "folder"

    @property
    def path(self) -> str:
        """The path below the root, to be shown."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post as a grid or a page shows it; digests in hexadecimal.

    Its thumbnails are kept under `picture_key`: mostly its SHA-256, which is empty while only Immich
    has its bytes.
    It `is_known` where a booru has it, and `is_asked` about where it waits for review.
    """

    id: int
    sha256: str
    picture_key: str
    md5: str | None
    sha1: str | None
    mime: str | None
    size: int | None
    width: int | None
    height: int | None
    duration: float | None
    frames: int | None
    has_sound: bool | None
    thumbhash: bytes | None
    state: str
    state_reason: str | None
    damaged: bool
    rating: Rating | None
    rating_by: str | None
    score: int | None
    stars: int | None
    sources: tuple[str, ...]
    parent_id: int | None
    has_children: bool
    is_known: bool
    is_asked: bool
    description: str | None
    place: str | None
    taken_at: datetime | None
    dated_at: datetime | None
    created_at: datetime
    missing_since: datetime | None
    trashed_at: datetime | None
    reviewed_at: datetime | None
    tags: tuple[TagView, ...]
    locations: tuple[LocationView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """What a source says of a post now, tags as it said them.

    `md5` and `remote_ids` are what the picture is called elsewhere.
    """

    source: str
    tags: tuple[tuple[TagView, float | None], ...]
    rating: Rating | None
    md5: str | None = None
    remote_ids: tuple[str, ...] = ()
    claimed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictView:
    """A person's word on one tag."""

    tag: TagView
    yes: bool
    by: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """What a source was asked about a post, and what it answered (`outcome`; None: nothing yet).

    `similarity` is how alike the picture is that was found by its looks, `address` where it is
    seen. Whether the source `is_awaited`; after a `failure` it is left alone until `closed_until`.
    """

    source: str
    label: str
    outcome: Outcome | None
    remote_id: str | None = None
    address: str | None = None
    similarity: float | None = None
    asked_at: datetime | None = None
    is_awaited: bool = False
    is_enabled: bool = True
    closed_until: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostDetails:
    """A post with everything said about it, and its family.

    `earlier` is the post whose picture the file showed before it showed this one. `family` holds
    its parent, itself, its parent's other children and its own, or nobody where it is alone. `aliases` leads from tags as they were said to what they mean now, where that differs.
    `suggested` are tags that a model thinks possible; they do not count. `sure` are those of them
    that it is sure enough of to be believed, did no booru know better. About one that `is_apart`
    nobody else may be asked.
    """

    post: PostView
    claims: tuple[ClaimView, ...]
    verdicts: tuple[VerdictView, ...]
    children: tuple[int, ...]
    earlier: int | None = None
    family: tuple[PostView, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    suggested: tuple[TagView, ...] = ()
    sure: tuple[TagView, ...] = ()
    records: tuple[RecordView, ...] = ()
    is_apart: bool = False

    def meant(self, tag: TagView) -> str:
        """Return the name of what a tag, as it was said, means now."""
        return self.aliases.get(tag.name, tag.name)


class RelatedBy(StrEnum):
    """Which tags of a result are told of: those that most posts have, or those that stand out."""

    FREQUENT = "frequent"
    TYPICAL = "typical"


@dataclass(frozen=True, slots=True)
class UnknownTag:
    """A tag that was asked for and that no post has, with those that may have been meant.

    `position` is where it stands in the query.
    """

    name: str
    position: int
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UnknownHolder:
    """A pool, album or person that was asked for by a name that none of those has that are seen.

    `kind` is the metatag, `term` how the search would be written; `nearest` may have been meant.
    """

    kind: str
    name: str
    term: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """A term without which the search would have found `count` posts."""

    term: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """A page of a search: its posts, how many there are in all, and the tags of the result.

    `limit` is the size of a page, as the query itself may have set it. `drop` tells, where
    nothing was found, which terms were too much, the most rewarding first. `nearest` is how many
    of the nearest are found, where `similar:` or `near:` leave out those that are farther;
    `undescribed` how many they leave out that are not described yet, 10,000 or so at most.
    """

    query: str
    count: int
    posts: tuple[PostView, ...]
    related: tuple[TagView, ...]
    limit: int = 40
    offset: int = 0
    unknown: tuple[UnknownTag, ...] = ()
    unknown_holders: tuple[UnknownHolder, ...] = ()
    drop: tuple[Drop, ...] = ()
    nearest: int | None = None
    undescribed: int = 0
