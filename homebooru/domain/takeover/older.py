"""What a file-based HomeBooru, or the SQLite program that came of it, wrote down of a picture.

It kept `tags.json`, with a picture's tags as they are now, by its path:

    {"a/b.jpg": {"tags": "1girl solo", "tags_character": "", ..., "md5": "…", "sources": ["danbooru"],
                 "saucenao_lookup": false, "camie_tagger_lookup": false}, "c.jpg": "not_found"}

and, in `metadata/{md5}.json`, what each source had answered, as it came. A person's edit changed
nothing but `tags`; so what they did is the difference between those and what the answers come to.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from homebooru.domain.ratings import Rating
from homebooru.domain.spelling import plain_tag, rating_word
from homebooru.domain.tags import Category, SaidTag, tag_name
from homebooru.domain.takeover.known import Acts, Membership, OldLink, OldPool
from homebooru.errors import InvalidTagName, Unreadable

Row = Mapping[str, Any]

BOORUS = ("danbooru", "e621", "gelbooru", "yandere")
"""Those whom it asked about every picture, all at once, by its digest; the most telling first."""
TAGGERS = {"camie_tagger": "camie", "local_tagger": "camie"}
"""What it called its models, and what they are called here."""
KINDS = {
    "tags_character": Category.CHARACTER,
    "tags_copyright": Category.COPYRIGHT,
    "tags_artist": Category.ARTIST,
    "tags_species": Category.SPECIES,
    "tags_meta": Category.META,
    "tags_general": Category.GENERAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPicture:
    """A picture as the other program knew it; `path` is below its folder of pictures.

    `answers` are those of its sources, as they came; whether they were `asked` at all is told too,
    and whether SauceNAO was (`searched`), and a model (`looked_at`). `md5` is None where it was not written down.
    `tags` are its words for the picture, None where it had none; `kinds` which of them are of
    which category. `added` and `removed` are tags that a person gave and took, where that was
    written down; elsewhere it follows from the tags.
    """

    path: str
    written_at: datetime
    md5: str | None = None
    asked: bool = False
    answers: Mapping[str, Row] = field(default_factory=dict)
    searched: bool = False
    search: Row | None = None
    looked_at: bool = False
    tags: frozenset[str] | None = None
    kinds: Mapping[str, Category] = field(default_factory=dict)
    added: frozenset[str] | None = None
    removed: frozenset[str] | None = None
    pools: tuple[Membership, ...] = ()
    favourite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLibrary:
    """All that the other program knew, to be read once.

    `folder` holds its pictures, `number` tells about how many they are. `digest` returns the MD5
    of the file at a path below that folder, None where there is no such file.
    """

    folder: Path
    number: int
    pictures: Iterable[OldPicture | Unreadable]
    digest: Callable[[str], str | None]
    pools: Iterable[OldPool] = ()
    implications: Iterable[OldLink] = ()


def acts_of(picture: OldPicture) -> Acts:
    """Return what a person did to a picture, by our names; what can be no tag here is left out.

    The other program wrote its tags down in two ways, once as it fetched them and, whenever they
    were rebuilt, by a rule that overlooked some. A person's act is what neither of them explains.
    """
    added, removed = picture.added, picture.removed
    if added is None or removed is None:
        if picture.tags is None or not picture.answers:
            return Acts()
        told = min(
            (_fetched(picture.answers), _rebuilt(picture.answers)),
            key=lambda some: len(some ^ (picture.tags or frozenset())),
        )
        added, removed = picture.tags - told, told - picture.tags
    rating = next(filter(None, map(_rating, sorted(added))), None)
    ours, gone = _names(added), _names(removed)
    return Acts(ours - gone, gone - ours, rating)


def tags_of(picture: OldPicture) -> tuple[SaidTag, ...]:
    """Return the tags that were written down of a picture, with the categories that it told."""
    told = sorted(picture.tags or ())
    spelled = (plain_tag(html.unescape(name), picture.kinds.get(name)) for name in told)
    return tuple(tag for tag in spelled if tag is not None)


def kinds_in(entry: Row) -> dict[str, Category]:
    """Return the category of each tag that an entry of `tags.json` tells."""
    return {
        name: category
        for key, category in KINDS.items()
        for name in str(entry.get(key) or "").split()
    }


def tagger_words(
    answer: Row,
) -> tuple[tuple[SaidTag, ...], tuple[float, ...] | None, Rating | None]:
    """Return the tags that a model gave, how sure it was where that was kept, and the rating."""
    sure: dict[SaidTag, float | None] = {}
    for key, category in KINDS.items():
        name = key.removeprefix("tags_")
        for tag in str(answer.get(f"tag_string_{name}") or answer.get(key) or "").split():
            sure[SaidTag(tag, category)] = None
    told = answer.get("tags")
    for kind, some in told.items() if isinstance(told, Mapping) else ():
        pairs = some.items() if isinstance(some, Mapping) else ((one, None) for one in some)
        for tag, how in pairs:
            sure[SaidTag(str(tag), KINDS.get(f"tags_{kind}"))] = how
    if not sure and isinstance(told, str):
        sure = {SaidTag(tag, None): None for tag in told.split()}
    known = [how for how in sure.values() if isinstance(how, int | float) and 0 <= how <= 1]
    confidences = tuple(map(float, known)) if len(known) == len(sure) and known else None
    rating = answer.get("rating")
    word = rating.removeprefix("rating_").removeprefix("rating:") if isinstance(rating, str) else ""
    return tuple(sure), confidences, rating_word(word) if word else None


def _fetched(answers: Mapping[str, Row]) -> frozenset[str]:
    """Return all tags of all answers."""
    return frozenset(name for site, row in answers.items() for name in _all(site, row))


def _rebuilt(answers: Mapping[str, Row]) -> frozenset[str]:
    """Return what was made of answers by reading all of them as the most telling one is spelled."""
    told = [site for site in BOORUS if site in answers]
    spelled = told[0] if told else ""
    return frozenset(name for row in answers.values() for name in _all(spelled, row))


def _all(site: str, row: Row) -> Iterable[str]:
    tags = row.get("tag_string" if site == "danbooru" else "tags")
    if isinstance(tags, str):
        return tags.split() if site != "e621" else ()
    if isinstance(tags, Mapping):
        return [str(name) for names in tags.values() for name in names]
    return ()


def _rating(name: str) -> Rating | None:
    return rating_word(name.removeprefix("rating:")) if name.startswith("rating:") else None


def _names(names: Iterable[str]) -> frozenset[str]:
    found = set()
    for name in names:
        if not name.startswith("rating:"):
            with suppress(InvalidTagName):
                found.add(tag_name(html.unescape(name)))
    return frozenset(found)
