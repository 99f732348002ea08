"""What a search can say: examples made of the visitor's own tags, and words for each metatag."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from homebooru.db.engine import Sessions
from homebooru.domain.posts import TagView
from homebooru.domain.query.tree import Tag
from homebooru.domain.query.writing import write
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.services.tags.listing import list_tags

LOOKED_AT = 40
SHORTEST_STEM = 3
NAMES = ("cat", "dog", "sky")  # of a gallery without tags

METATAGS: Mapping[str, LazyString] = {
    "album": _("the album it is in"),
    "added": _("when it was added"),
    "age": _("how long ago it was added"),
    "arttags": _("number of artist tags"),
    "change": _("when what is told of it last changed"),
    "chartags": _("number of character tags"),
    "child": _("what has this post below it"),
    "conf": _("how sure its least sure tag is"),
    "copytags": _("number of copyright tags"),
    "date": _("when it was made"),
    "duration": _("how long it plays"),
    "fav": _("your favourites"),
    "favcount": _("how many like it"),
    "filename": _("name of the file"),
    "filesize": _("size of the file"),
    "filetype": _("kind of file"),
    "folder": _("folder it lies in"),
    "from": _("who speaks about it"),
    "gentags": _("number of general tags"),
    "has": _("what is known of it"),
    "height": _("height in pixels"),
    "immich": _("how it lies in Immich"),
    "id": _("number of the post"),
    "is": _("what it is"),
    "limit": _("how many on a page"),
    "loretags": _("number of lore tags"),
    "md5": _("MD5 of the file"),
    "metadata": _("whether tags were found"),
    "metatags": _("number of meta tags"),
    "mpixels": _("size in megapixels"),
    "order": _("what comes first"),
    "near": _("what it shows, in words: the 500 nearest"),
    "ordfav": _("your favourites, the newest first"),
    "ordpool": _("what is in a pool, in its order"),
    "parent": _("what belongs to this post"),
    "person": _("who is on it"),
    "pool": _("the pool it is in"),
    "pool_count": _("in how many pools it is"),
    "random": _("so many at random"),
    "review": _("what waits for an answer"),
    "rating": _("how explicit it is"),
    "ratio": _("width to height"),
    "score": _("its score"),
    "search": _("a search that you saved"),
    "similar": _("what looks like this post: the 500 nearest"),
    "sha256": _("SHA-256 of the file"),
    "source": _("where it comes from"),
    "spectags": _("number of species tags"),
    "stars": _("its stars"),
    "status": _("the state it is in"),
    "suggested": _("a tag that a model suggests"),
    "tag": _("a tag, whatever its name"),
    "unaliased": _("a tag by this very name"),
    "tagcount": _("number of tags"),
    "width": _("width in pixels"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A search, and what it finds."""

    query: str
    words: LazyString


@dataclass(frozen=True, slots=True)
class Group:
    """Examples of one kind."""

    title: LazyString
    examples: tuple[Example, ...]


def examples(sessions: Sessions, scope: Scope) -> tuple[Group, ...]:
    """Return examples with tags that the visitor's posts really have."""
    tags = list_tags(sessions, "", scope, limit=LOOKED_AT, quick=True)
    one, two, three = (write(Tag(name)) for name in _three(tags))
    return (
        Group(_("Tags"), tuple(_of_tags(one, two, three))),
        Group(_("The picture"), PICTURE),
        Group(_("The file"), FILE),
        Group(_("Who says so"), SAID),
        Group(_("What comes first"), ORDERS),
    )


def _three(tags: tuple[TagView, ...]) -> tuple[str, str, str]:
    """Choose frequent tags, of different kinds where there are some."""
    told = [tag.name for tag in tags if tag.category in (Category.CHARACTER, Category.ARTIST)]
    plain = [tag.name for tag in tags if tag.category is Category.GENERAL]
    names = list(dict.fromkeys((*plain[:2], *told[:1], *(tag.name for tag in tags), *NAMES)))
    return names[0], names[1], names[2]


def _of_tags(one: str, two: str, three: str) -> Iterator[Example]:
    yield Example(f"{one} {two}", _("both tags"))
    yield Example(f"{one} -{two}", _("the first without the second"))
    yield Example(f"{one} or {two}", _("either tag"))
    yield Example(f"({one} or {two}) {three}", _("either one, and the third"))
    if len(one) > SHORTEST_STEM and one.isalnum():
        yield Example(f"{one[:SHORTEST_STEM]}*", _("tags that begin like this"))
    yield Example("is:untagged", _("no tag yet"))


PICTURE = (
    Example("rating:general", _("of one rating; also sensitive, questionable, explicit")),
    Example("width:>=1920", _("at least so wide; also height, mpixels, ratio")),
    Example("ratio:16:9", _("of one shape")),
    Example("is:video duration:<30s", _("short films")),
    Example("is:animated -is:video", _("pictures that move")),
)
FILE = (
    Example("filetype:png,webp", _("of one of these kinds")),
    Example("filename:*holiday*", _("a word in the name of the file")),
    Example("folder:*", _("in a folder; its name, as the completion offers it")),
    Example("filesize:>5MB", _("larger than that")),
    Example("date:2024-05..2024-08", _("made in those months; also today, >2020")),
    Example("age:<1w", _("added in the last seven days")),
)
SAID = (
    Example(
        "from:person", _("somebody here said something about it; throwing it away does not count")
    ),
    Example("from:text,xmp", _("a sidecar did")),
    Example("has:source", _("its origin is known; also has:date, has:score, has:parent")),
    Example("metadata:missing", _("nobody but a program told its tags")),
)
ORDERS = (
    Example("order:score", _("the best first; with _asc the other way round")),
    Example("order:random", _("shuffled, anew each day")),
    Example("order:filesize limit:25", _("the largest files, so many on a page")),
)
