"""The tree a search is parsed into: frozen values, the same text always the same tree.

Numbers are whole in the unit of their measure (`Measure`), and every range is closed, so that
whoever answers a tree has nothing left to decide about rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from homebooru.domain.query.dates import DateSpan
from homebooru.domain.ratings import Rating

ME = "me"
"""Whoever asks."""


class Measure(StrEnum):
    """What can be counted or measured of a post; the value is the metatag's name."""

    ID = "id"
    SCORE = "score"
    STARS = "stars"
    WIDTH = "width"
    HEIGHT = "height"
    RATIO = "ratio"  # width / height in hundredths, rounded half up
    PIXELS = "mpixels"  # width * height
    FILESIZE = "filesize"  # bytes
    DURATION = "duration"  # milliseconds
    AGE = "age"  # whole seconds since the post was added
    CONFIDENCE = "conf"  # ten-thousandths; of the least sure tag, each as sure as its surest voice
    TAGS = "tagcount"
    GENERAL_TAGS = "gentags"
    ARTIST_TAGS = "arttags"
    COPYRIGHT_TAGS = "copytags"
    CHARACTER_TAGS = "chartags"
    SPECIES_TAGS = "spectags"
    META_TAGS = "metatags"
    LORE_TAGS = "loretags"
    FAVOURITES = "favcount"  # of how many people; who they are is nobody else's business
    POOLS = "pool_count"


class Moment(StrEnum):
    """The dates of a post: of the picture, of its arrival here, of the last change since."""

    DATE = "date"
    ADDED = "added"
    CHANGED = "change"


class HashKind(StrEnum):
    """The digests that find a post, its former ones included."""

    MD5 = "md5"
    SHA256 = "sha256"


class TextField(StrEnum):
    """Texts that are matched by a pattern, case aside."""

    FILENAME = "filename"
    FOLDER = "folder"
    SOURCE = "source"


class Kin(StrEnum):
    """`parent:5` is post 5 and its children; `child:5` is the parent of post 5."""

    PARENT = "parent"
    CHILD = "child"


class Holder(StrEnum):
    """What has a name and holds posts; the value is the metatag's name."""

    POOL = "pool"
    ALBUM = "album"
    PERSON = "person"


class PoolKind(StrEnum):
    """What a pool is: one work to be read in order, or what somebody put together."""

    SERIES = "series"
    COLLECTION = "collection"


class Mirrored(StrEnum):
    """How a post may lie in Immich; all but TRASHED mean outside its trash."""

    ANY = "any"
    ARCHIVED = "archived"
    FAVOURITE = "favourite"
    HIDDEN = "hidden"
    LOCKED = "locked"
    TIMELINE = "timeline"
    TRASHED = "trashed"


class Detail(StrEnum):
    """What a post may have or lack."""

    CHILDREN = "children"
    DATE = "date"
    DESCRIPTION = "description"
    DISAGREEMENT = "disagreement"
    DUPLICATES = "duplicates"
    DURATION = "duration"
    PARENT = "parent"
    PLACE = "place"
    RATING = "rating"
    SCORE = "score"
    SIZE = "size"
    SOUND = "sound"
    SOURCE = "source"
    STARS = "stars"
    SUGGESTION = "suggestion"
    TAGS = "tags"
    UPGRADE = "upgrade"


class Status(StrEnum):
    """What state a post is in; several may hold at once. ANY holds always.

    MISSING, TRASHED and ANY, wherever they stand, bring posts into the search that are
    otherwise left out (see `Query.lifts`).
    """

    ANIMATED = "animated"
    ANY = "any"
    DAMAGED = "damaged"
    MISSING = "missing"
    PENDING = "pending"
    READY = "ready"
    REVIEWED = "reviewed"
    TRASHED = "trashed"
    UNREADABLE = "unreadable"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole numbers from `low` to `high`, both included; None is open-ended."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Everything:
    """Holds for every post: the empty search."""


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; made by `all_of`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds; made by `any_of`."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; made by `negated`."""

    part: Node


@dataclass(frozen=True, slots=True)
class Tag:
    """An effective tag, in the booru's spelling; an alias stands for what it means."""

    name: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Some effective tag whose name fits; `*` is any run of characters.

    Without one it is the tag of just that name, even where the name is an alias.
    """

    pattern: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A model suggests such a tag, and nobody has answered yet."""

    tag: Tag | Wildcard


@dataclass(frozen=True, slots=True)
class Number:
    """The measure lies in one of the spans; a post that lacks it does not fit."""

    measure: Measure
    spans: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """The date lies in one of the spans, days being those of whoever asks."""

    moment: Moment
    spans: tuple[DateSpan, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """One of these digests, in lower-case hexadecimal, is or was the post's."""

    kind: HashKind
    digests: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rated:
    """The post is rated so."""

    ratings: frozenset[Rating]


@dataclass(frozen=True, slots=True)
class FileType:
    """The kind of file, by the name of FILE_TYPES."""

    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class From:
    """One of these says something of the post; `person` is anybody's verdict."""

    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Text:
    """A text fits the pattern, in which `*` is any run of characters.

    A file's name fits with or without its ending. A folder is written from its root on, with
    or without the root's name, and holds everything below it. A source is the web address,
    found anywhere in it unless the pattern has a `*`.
    """

    field: TextField
    pattern: str


@dataclass(frozen=True, slots=True)
class Related:
    """The post is kin of one of these, as `Kin` says."""

    kin: Kin
    ids: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """The detail is there."""

    detail: Detail


@dataclass(frozen=True, slots=True)
class Is:
    """The status holds."""

    status: Status


@dataclass(frozen=True, slots=True)
class MetadataFound:
    """Somebody other than a model or a person claims a tag of the post."""


@dataclass(frozen=True, slots=True)
class Held:
    """The post is in something whose name fits, case aside, or that has this number.

    In the pattern `*` is any run of characters, and `_` the same as a space.
    """

    holder: Holder
    pattern: str


@dataclass(frozen=True, slots=True)
class Pooled:
    """The post is in a pool of this kind."""

    kind: PoolKind


@dataclass(frozen=True, slots=True)
class InImmich:
    """The post lies so in Immich."""

    state: Mirrored


@dataclass(frozen=True, slots=True)
class Similar:
    """The post is among the nearest to one of these of what else is searched for.

    These are posts, and pictures that somebody searched with before, by their keys.
    """

    ids: frozenset[int]
    pictures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Near:
    """The post shows what the text says, as a model reads it: it is among the nearest."""

    text: str


@dataclass(frozen=True, slots=True)
class Favourite:
    """The post is a favourite of whoever asks, who goes by the name `owner`."""

    owner: str = ME


@dataclass(frozen=True, slots=True)
class Saved:
    """What a saved search of whoever asks finds; `saving.expanded` puts that in its place."""

    name: str


Leaf = (
    Everything
    | Tag
    | Wildcard
    | Suggested
    | Number
    | Dated
    | Digest
    | Rated
    | FileType
    | From
    | Text
    | Related
    | Has
    | Is
    | MetadataFound
    | Held
    | Pooled
    | InImmich
    | Similar
    | Near
    | Favourite
    | Saved
)
Node = And | Or | Not | Leaf

FILE_TYPES = {
    "jpg": ("image/jpeg",),
    "png": ("image/png",),
    "gif": ("image/gif",),
    "webp": ("image/webp",),
    "avif": ("image/avif",),
    "heic": ("image/heic", "image/heif"),
    "jxl": ("image/jxl",),
    "bmp": ("image/bmp",),
    "tiff": ("image/tiff",),
    "mp4": ("video/mp4",),
    "webm": ("video/webm",),
}
"""The kinds of files that can be asked for, each with the media types that it means."""


def all_of(*parts: Node) -> Node:
    """Return what holds where all parts hold, in the one shape that says so."""
    flat = [
        inner
        for part in parts
        if not isinstance(part, Everything)
        for inner in (part.parts if isinstance(part, And) else (part,))
    ]
    distinct = tuple(dict.fromkeys(flat))
    if not distinct:
        return Everything()
    return distinct[0] if len(distinct) == 1 else And(distinct)


def any_of(first: Node, *others: Node) -> Node:
    """Return what holds where any part holds, in the one shape that says so."""
    flat = [
        inner
        for part in (first, *others)
        for inner in (part.parts if isinstance(part, Or) else (part,))
    ]
    distinct = tuple(dict.fromkeys(flat))
    return distinct[0] if len(distinct) == 1 else Or(distinct)


def negated(part: Node) -> Node:
    """Return what holds where `part` does not."""
    return part.part if isinstance(part, Not) else Not(part)


def mapped(node: Node, change: Callable[[Leaf], Node]) -> Node:
    """Return a tree with something else in the place of each leaf."""
    match node:
        case And(parts):
            return all_of(*(mapped(part, change) for part in parts))
        case Or((first, *others)):
            return any_of(mapped(first, change), *(mapped(part, change) for part in others))
        case Not(part):
            return negated(mapped(part, change))
    assert not isinstance(node, Or)  # which has parts
    return change(node)


def leaves(node: Node) -> list[Leaf]:
    """Return the leaves of a tree from left to right."""
    found: list[Leaf] = []
    waiting: list[Node] = [node]
    while waiting:
        match waiting.pop():
            case And(parts) | Or(parts):
                waiting.extend(reversed(parts))
            case Not(part):
                waiting.append(part)
            case leaf:
                found.append(leaf)
    return found
