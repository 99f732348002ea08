"""The metatags there are: how the value of each is read, and the node it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from homebooru.domain.policy import HISTORY, PERSON, VOICES
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tokens import Piece
from homebooru.domain.query.tree import (
    FILE_TYPES,
    ME,
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
    Pooled,
    PoolKind,
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
    all_of,
    any_of,
    negated,
)
from homebooru.domain.query.values import (
    AGE,
    CONFIDENCE,
    DURATION,
    MEGAPIXELS,
    RATIO,
    SIZE,
    WHOLE,
    Unit,
    plain_pattern,
    read_choices,
    read_dates,
    read_digests,
    read_intervals,
    read_pattern,
)
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidTagName
from homebooru.phrases import phrase

UNITS: Mapping[Measure, Unit] = dict.fromkeys(Measure, WHOLE) | {
    Measure.RATIO: RATIO,
    Measure.PIXELS: MEGAPIXELS,
    Measure.FILESIZE: SIZE,
    Measure.DURATION: DURATION,
    Measure.AGE: AGE,
    Measure.CONFIDENCE: CONFIDENCE,
}
"""How each measure is written."""

RATINGS: Mapping[str, Node] = {
    **{letter.label: Rated(frozenset({letter})) for letter in Rating},
    **{letter.value: Rated(frozenset({letter})) for letter in Rating},
    "safe": Rated(frozenset({Rating.GENERAL, Rating.SENSITIVE})),  # before Danbooru had four
    "none": Not(Has(Detail.RATING)),
    "any": Has(Detail.RATING),
}
FILE_TYPE_NAMES = {
    **{name: name for name in FILE_TYPES},
    "jpeg": "jpg",
    "tif": "tiff",
    "heif": "heic",
}
SOURCES = {name: name for name in (*VOICES, PERSON) if name != HISTORY} | {"yande.re": "yandere"}
FOUND: Mapping[str, Node] = {"found": MetadataFound(), "missing": Not(MetadataFound())}
HAS: Mapping[str, Node] = {detail.value: Has(detail) for detail in Detail} | {
    "child": Has(Detail.CHILDREN),
    "audio": Has(Detail.SOUND),
    "duplicate": Has(Detail.DUPLICATES),
    "pools": Held(Holder.POOL, "*"),
    "suggestions": Has(Detail.SUGGESTION),
}
STATUSES: Mapping[str, Node] = {status.value: Is(status) for status in Status} | {
    "all": Is(Status.ANY),
    "active": all_of(Not(Is(Status.MISSING)), Not(Is(Status.TRASHED))),
    "deleted": Is(Status.TRASHED),
}
IS: Mapping[str, Node] = {
    **STATUSES,
    **{name: node for name, node in RATINGS.items() if name in {r.label for r in Rating}},
    **{name: FileType(frozenset({kind})) for name, kind in FILE_TYPE_NAMES.items()},
    "parent": Has(Detail.CHILDREN),
    "child": Has(Detail.PARENT),
    "sfw": Rated(frozenset({Rating.GENERAL, Rating.SENSITIVE})),
    "nsfw": Rated(frozenset({Rating.QUESTIONABLE, Rating.EXPLICIT})),
    "rated": Has(Detail.RATING),
    "unrated": Not(Has(Detail.RATING)),
    "tagged": Has(Detail.TAGS),
    "untagged": Not(Has(Detail.TAGS)),
    "unreviewed": Not(Is(Status.REVIEWED)),
}
REVIEWS: Mapping[str, Node] = {
    name.value: Has(name) for name in (Detail.SUGGESTION, Detail.DISAGREEMENT)
}
MIRRORED: Mapping[str, Node] = {state.value: InImmich(state) for state in Mirrored} | {
    "none": Not(InImmich(Mirrored.ANY)),
    "archive": InImmich(Mirrored.ARCHIVED),
    "favorite": InImmich(Mirrored.FAVOURITE),
}
NOUNS: Mapping[Holder, str] = {
    Holder.POOL: phrase("a pool"),
    Holder.ALBUM: phrase("an album"),
    Holder.PERSON: phrase("a person"),
}
PRESENCE: Mapping[Measure | Moment, Detail] = {
    Measure.SCORE: Detail.SCORE,
    Measure.STARS: Detail.STARS,
    Measure.DURATION: Detail.DURATION,
    Measure.WIDTH: Detail.SIZE,
    Measure.HEIGHT: Detail.SIZE,
    Measure.RATIO: Detail.SIZE,
    Measure.PIXELS: Detail.SIZE,
    Moment.DATE: Detail.DATE,
}
"""Of what can be lacking `none` and `any` are values too."""


@dataclass(frozen=True, slots=True)
class Metatag:
    """How a metatag's value is read, and the words that it may be, for whoever completes it."""

    read: Callable[[Piece], Node]
    words: tuple[str, ...] = ()


def _chosen(name: str, choices: Mapping[str, Node]) -> Metatag:
    def read(value: Piece) -> Node:
        return any_of(*_merged(read_choices(name, value, choices)))

    return Metatag(read, tuple(choices))


def _merged(nodes: list[Node]) -> list[Node]:
    """Put ratings said in one list into one node, and likewise file types."""
    ratings = [node.ratings for node in nodes if isinstance(node, Rated)]
    types = [node.types for node in nodes if isinstance(node, FileType)]
    rest: list[Node] = [node for node in nodes if not isinstance(node, Rated | FileType)]
    if ratings:
        rest.append(Rated(frozenset[Rating]().union(*ratings)))
    if types:
        rest.append(FileType(frozenset[str]().union(*types)))
    return rest


def _number(measure: Measure) -> Metatag:
    unit = UNITS[measure]

    def read(value: Piece) -> Node:
        return Number(measure, read_intervals(measure.value, value, unit))

    return _where_there_is(measure, read)


def _dated(moment: Moment) -> Metatag:
    def read(value: Piece) -> Node:
        return Dated(moment, read_dates(moment.value, value))

    return _where_there_is(moment, read, ("today", "yesterday"))


def _where_there_is(
    what: Measure | Moment, read: Callable[[Piece], Node], words: tuple[str, ...] = ()
) -> Metatag:
    if what not in PRESENCE:
        return Metatag(read, words)
    there = Has(PRESENCE[what])

    def read_presence(value: Piece) -> Node:
        return _any_or_none(value, there) or read(value)

    return Metatag(read_presence, (*words, "any", "none"))


def _any_or_none(value: Piece, there: Node) -> Node | None:
    return {"any": there, "none": negated(there)}.get(value.text.lower())


def _digest(kind: HashKind, length: int) -> Metatag:
    return Metatag(lambda value: Digest(kind, read_digests(kind.value, value, length)))


def _related(kin: Kin, there: Detail) -> Metatag:
    unit = Unit("a post's number, any or none", WHOLE.read)

    def read(value: Piece) -> Node:
        return _any_or_none(value, Has(there)) or Related(
            kin, read_intervals(kin.value, value, unit)
        )

    return Metatag(read, ("any", "none"))


def _text(field: TextField, wants: str) -> Metatag:
    return Metatag(lambda value: Text(field, read_pattern(field.value, value, wants)))


def _folder(value: Piece) -> Node:
    pattern = read_pattern("folder", value, "the name of a folder").strip("/")
    return (
        Text(TextField.FOLDER, pattern) if pattern else value.fail(phrase("folder: wants a name."))
    )


def _source(value: Piece) -> Node:
    word = value.text.lower()
    if word in SOURCES:
        return From(frozenset({SOURCES[word]}))
    address = Text(TextField.SOURCE, read_pattern("source", value, "an address, any or none"))
    return _any_or_none(value, Has(Detail.SOURCE)) or address


def _from(value: Piece) -> Node:
    return From(frozenset(read_choices("from", value, SOURCES)))


def _file_type(value: Piece) -> Node:
    return FileType(frozenset(read_choices("filetype", value, FILE_TYPE_NAMES)))


def _held(holder: Holder, kinds: Mapping[str, Node]) -> Metatag:
    there = Held(holder, "*")
    words = {"any": there, "none": Not(there), **kinds}

    def read(value: Piece) -> Node:
        wants = phrase("the name or number of {what}, any or none", what=NOUNS[holder])
        return words.get(value.text.lower()) or Held(
            holder, read_pattern(holder.value, value, wants)
        )

    return Metatag(read, tuple(words))


def _favourite(value: Piece) -> Node:
    liked = Number(Measure.FAVOURITES, (Interval(1, None),))
    if not value.text.strip():
        value.fail(phrase("fav: wants me, any or none."), ME)
    return _any_or_none(value, liked) or Favourite(_lowered(value.text, ME))


def _lowered(name: str, word: str) -> str:
    return word if name.lower() == word else name


def _saved(value: Piece) -> Node:
    name = " ".join(value.text.split())
    return Saved(name) if name else value.fail(phrase("search: wants the name of a saved search."))


def read_tag(piece: Piece) -> Tag | Wildcard:
    """Read a tag's name, or a pattern of names.

    `tag:` takes one that would be read as something else by itself.
    """
    if "," in piece.text:
        bare = piece.text.replace(",", " ").strip()
        piece.fail(phrase("A tag holds no comma; between two tags stands a space."), bare)
    pattern = plain_pattern(piece.text.lower())
    try:
        name = tag_name(pattern.replace("*", "x"))
    except InvalidTagName as error:
        piece.fail(str(error))
    return Wildcard(pattern) if "*" in pattern else Tag(name)


def _unaliased(value: Piece) -> Wildcard:
    tag = read_tag(value)
    return tag if isinstance(tag, Wildcard) else Wildcard(tag.name)


def _own_favourites(value: Piece) -> tuple[Node, Order]:
    node = _favourite(value)
    if not isinstance(node, Favourite):
        value.fail(phrase("ordfav: wants me: whose order should it be?"), ME)
    return node, Order(OrderBy.FAVOURITED, named=node.owner)


def _one_pool(value: Piece) -> tuple[Node, Order]:
    node = METATAGS["pool"].read(value)
    if not isinstance(node, Held) or node.pattern == "*":
        value.fail(phrase("ordpool: wants the name or number of a pool."))
    return node, Order(OrderBy.POOL, descending=False, named=node.pattern)


def _similar(value: Piece) -> Node:
    ids, pictures = set(), set()
    for part in value.split(","):
        if re.fullmatch("[0-9]{1,9}", part.text):
            ids.add(int(part.text))
        elif re.fullmatch("[0-9a-f]{32}", part.text):
            pictures.add(part.text)
        else:
            part.fail(phrase("similar: wants a post's number."))
    return Similar(frozenset(ids), frozenset(pictures))


def _near(value: Piece) -> Node:
    text = " ".join(value.text.split())
    return (
        Near(text)
        if text
        else value.fail(phrase('near: wants words, such as near:"cats on a roof".'))
    )


METATAGS: Mapping[str, Metatag] = {
    **{measure.value: _number(measure) for measure in Measure},
    **{moment.value: _dated(moment) for moment in Moment},
    "album": _held(Holder.ALBUM, {}),
    "child": _related(Kin.CHILD, Detail.CHILDREN),
    "fav": Metatag(_favourite, (ME, "any", "none")),
    "filename": _text(TextField.FILENAME, phrase("the name of a file")),
    "filetype": Metatag(_file_type, tuple(FILE_TYPE_NAMES)),
    "folder": Metatag(_folder),
    "from": Metatag(_from, tuple(SOURCES)),
    "has": _chosen("has", HAS),
    "immich": _chosen("immich", MIRRORED),
    "is": _chosen("is", IS),
    "md5": _digest(HashKind.MD5, 32),
    "metadata": _chosen("metadata", FOUND),
    "near": Metatag(_near),
    "parent": _related(Kin.PARENT, Detail.PARENT),
    "person": _held(Holder.PERSON, {}),
    "pool": _held(Holder.POOL, {kind.value: Pooled(kind) for kind in PoolKind}),
    "rating": _chosen("rating", RATINGS),
    "review": _chosen("review", REVIEWS),
    "search": Metatag(_saved),
    "sha256": _digest(HashKind.SHA256, 64),
    "similar": Metatag(_similar),
    "source": Metatag(_source, ("any", "none", *SOURCES)),
    "status": _chosen("status", STATUSES),
    "suggested": Metatag(lambda value: Suggested(read_tag(value))),
    "tag": Metatag(read_tag),
    "unaliased": Metatag(_unaliased),
}

SETTINGS = ("order", "limit", "random")
"""What says how the answer is given, not which posts it holds."""

LISTS: Mapping[str, Callable[[Piece], tuple[Node, Order]]] = {
    "ordfav": _own_favourites,
    "ordpool": _one_pool,
}
"""What finds posts and puts them in the order that they have there."""

FOREIGN = (
    "ai", "appealer", "approver", "artcomm", "comm", "comment", "commentary",
    "commentaryupdater", "commenter", "disapproved", "downvote", "downvotes", "embedded", "exif",
    "favgroup", "flagger", "note", "noter", "noteupdater", "ordfavgroup", "pixelhash", "pixiv",
    "pixiv_id", "reacted", "upvote", "upvotes", "user",
)  # fmt: skip
"""What Danbooru, where no tag begins so, searches by and nobody does here: told as such."""

NAMES = frozenset((*METATAGS, *SETTINGS, *LISTS, *FOREIGN))
