"""The JSON that gallery-dl writes beside a file: a site's post, told in that site's own fields.

Which site it was is seen by the shape of the post, for its name in `category` is whatever a
person called the site in their configuration.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any
from urllib.parse import urlsplit

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.spelling import (
    CATEGORIES,
    Collected,
    addresses,
    clean_text,
    is_address,
    plain_tag,
    rating_word,
)
from homebooru.domain.tags import Category
from homebooru.errors import Unreadable
from homebooru.phrases import phrase

MAX_SCORE = 2**31 - 1
NUMBER = re.compile(r"[1-9][0-9]{0,17}")

TAG_CATEGORIES = CATEGORIES | {
    "invalid": Category.META,
    "faults": Category.META,
    "medium": Category.META,
    "studio": Category.COPYRIGHT,
    "style": Category.GENERAL,
    "genre": Category.GENERAL,
}
OLD_RATINGS = {"s": Rating.GENERAL, "q": Rating.QUESTIONABLE, "e": Rating.EXPLICIT}
ART_SITES = {"pixiv", "deviantart", "artstation", "nijie", "seiga", "newgrounds", "inkbunny"}
IN_WORKS = {
    "artist": Category.ARTIST,
    "artists": Category.ARTIST,
    "characters": Category.CHARACTER,
    "parody": Category.COPYRIGHT,
}
HOSTS = {
    "donmai.us": "danbooru",
    "e621.net": "e621",
    "e926.net": "e621",
    "gelbooru.com": "gelbooru",
    "yande.re": "yandere",
    "konachan.com": "konachan",
    "konachan.net": "konachan",
}
PAGES = {
    "danbooru": "https://danbooru.donmai.us/posts/{}",
    "e621": "https://e621.net/posts/{}",
    "gelbooru": "https://gelbooru.com/index.php?page=post&s=view&id={}",
    "yandere": "https://yande.re/post/show/{}",
    "konachan": "https://konachan.com/post/show/{}",
    "pixiv": "https://www.pixiv.net/artworks/{}",
}

Post = Mapping[str, Any]


class Family(Enum):
    """Kinds of sites that speak alike."""

    DANBOORU = auto()
    OLD_DANBOORU = auto()  # before 2022, when `s` meant safe
    E621 = auto()
    MOEBOORU = auto()
    GELBOORU = auto()
    SZURUBOORU = auto()
    OTHER = auto()

    @property
    def is_booru(self) -> bool:
        return self is not Family.OTHER


def is_gallerydl(told: Post) -> bool:
    """Tell whether a JSON object is gallery-dl's: it names the site in `category`."""
    return isinstance(told.get("category"), str)


def read_gallerydl(post: Post, foreign: tuple[str, ...] = ()) -> Said:
    """Return what a sidecar of gallery-dl's says; raises Unreadable with what does not fit.

    The day of upload is no day on which a picture was taken, so there is no date.
    """
    family = family_of(post)
    words = Collected(foreign)
    _add_tags(words, post, family)
    words.add_said(
        Said(
            rating=_rating(post, family),
            parent=_parent(post),
            sources=_sources(post, family),
            md5=md5_in(post, family),
            remote_ids=tuple(_remote_ids(post, family)),
            score=_score(post),
            description=_description(post, family),
        )
    )
    return words.said()


def family_of(post: Post) -> Family:
    """Tell a site by fields that no other kind of site has."""
    if "tag_string" in post:
        return Family.DANBOORU if "media_asset" in post else Family.OLD_DANBOORU
    if isinstance(post.get("file"), dict) and isinstance(post.get("flags"), dict):
        return Family.E621
    if "is_shown_in_index" in post or "frames_pending" in post or "jpeg_url" in post:
        return Family.MOEBOORU
    if "safety" in post and "checksumMD5" in post:
        return Family.SZURUBOORU
    if isinstance(post.get("tags"), str) and ("md5" in post or "hash" in post):
        return Family.GELBOORU
    return Family.OTHER


def _add_tags(words: Collected, post: Post, family: Family) -> None:
    for key, value in post.items():
        prefix, _, kind = key.rpartition("_")
        if prefix in ("tags", "tag_string") and kind in TAG_CATEGORIES:
            for name in _names(key, value, family):
                words.add_tag(plain_tag(name, TAG_CATEGORIES[kind]))
    for key in ("tags", "tag_string", "hashtags"):
        named = post.get(key)
        groups = named if isinstance(named, dict) else {"": named}
        for kind, value in groups.items():
            for name in _names(key, value, family):
                _add_named(words, name, TAG_CATEGORIES.get(kind), family)
    if not family.is_booru:
        for name, category in _named(post):
            words.add_tag(plain_tag(name, category))


def _add_named(words: Collected, name: str, category: Category | None, family: Family) -> None:
    """Take a tag: boorus spell just its name, others may put its kind before a colon."""
    if family.is_booru or category is not None:
        words.add_tag(plain_tag(name, category))
    else:
        words.add_word(name)


def _names(key: str, value: object, family: Family) -> Iterator[str]:
    """Yield the names in a list of texts (or of objects with names), or in one text."""
    if isinstance(value, str):
        spelled = value if "tag_string" in key else html.unescape(value)
        commas = not family.is_booru and "," in spelled
        yield from spelled.split(",") if commas else spelled.split()
    elif isinstance(value, list):
        for one in value:
            name = one.get("name") if isinstance(one, dict) else one
            if not isinstance(name, str):
                raise Unreadable(
                    phrase(
                        "`{key}` should hold names of tags, not {name}.", key=key, name=_kind(name)
                    )
                )
            yield name
    elif value is not None:
        raise Unreadable(
            phrase(
                "`{key}` should be a list of tags or a text, not {value}.",
                key=key,
                value=_kind(value),
            )
        )


def _named(post: Post) -> Iterator[tuple[str, Category]]:
    """Yield whom a work names, and who made it: on sites for artists, who shows it."""
    keys = dict(IN_WORKS)
    if post["category"] in ART_SITES:
        keys |= {"user": Category.ARTIST, "author": Category.ARTIST}
    for key, category in keys.items():
        people = post.get(key)
        for person in people if isinstance(people, list) else [people]:
            if name := _name(person):
                yield name, category


def _name(person: object) -> str | None:
    if isinstance(person, dict):
        names = (person.get(key) for key in ("account", "username", "name"))
        return next((name for name in names if isinstance(name, str) and name), None)
    return person if isinstance(person, str) else None


def _rating(post: Post, family: Family) -> Rating | None:
    """Return the rating; the letter `s` is *sensitive* for Danbooru alone, elsewhere *safe*."""
    said = post.get("safety" if family is Family.SZURUBOORU else "rating")
    if not family.is_booru and post.get("x_restrict") in (1, 2):
        return Rating.EXPLICIT
    if said is not None and not isinstance(said, str):
        if family.is_booru:
            raise Unreadable(
                phrase("`rating` should be a word or a letter, not {said}.", said=_kind(said))
            )
        return None
    word = (said or "").lower()
    if family is not Family.DANBOORU and word in OLD_RATINGS:
        return OLD_RATINGS[word]
    return rating_word(word)


def _parent(post: Post) -> str | None:
    relations = post.get("relationships")
    parent = (relations if isinstance(relations, dict) else post).get("parent_id")
    number = str(parent).strip()
    return f"{_site(post)}:{number}" if NUMBER.fullmatch(number) else None


def md5_in(post: Post, family: Family) -> str | None:
    """Return the digest of the file as the site has it."""
    match family:
        case Family.E621:
            named = post["file"].get("md5")
        case Family.SZURUBOORU:
            named = post["checksumMD5"]
        case _:
            named = post.get("md5")
    if not named:
        return None
    if not (isinstance(named, str) and re.fullmatch("[0-9a-fA-F]{32}", named)):
        raise Unreadable(phrase("`md5` should be 32 hexadecimal digits."))
    return named.lower()


def _remote_ids(post: Post, family: Family) -> Iterator[str]:
    """Yield which post of which booru this is; a work elsewhere may be of many pictures."""
    number = str(post.get("id"))
    if family.is_booru and NUMBER.fullmatch(number):
        yield f"{_site(post)}:{number}"


def _site(post: Post) -> str:
    """Return the booru that the file came from, else what gallery-dl was told to call it."""
    file = post.get("file")
    address = file.get("url") if isinstance(file, dict) else post.get("file_url")
    return booru_at(address) or clean_text(post["category"], 100) or "unknown"


def booru_at(address: object) -> str | None:
    """Return the booru whose server an address names."""
    try:
        host = urlsplit(address).hostname if isinstance(address, str) else None
    except ValueError:
        return None
    return HOSTS.get(".".join((host or "").split(".")[-2:]))


def _sources(post: Post, family: Family) -> tuple[str, ...]:
    """Return the sources that a post names; where no address is among them, also its own."""
    found: list[str] = []
    for key in ("source", "sources", "source_url", "source_urls"):
        named = post.get(key)
        for source in named if isinstance(named, list) else [named]:
            if isinstance(source, str):
                spelled = html.unescape(source) if family is Family.GELBOORU else source
                found += addresses(spelled.removeprefix("-"))  # e621 marks dead addresses so
    if not any(map(is_address, found)):
        found += _page(post)
    return tuple(dict.fromkeys(found))


def _page(post: Post) -> Iterator[str]:
    site, number = _site(post), str(post.get("id"))
    if site in PAGES and NUMBER.fullmatch(number):
        yield PAGES[site].format(number)


def _score(post: Post) -> int | None:
    score = post.get("score")
    if isinstance(score, dict):
        score = score.get("total")
    try:
        number = int(score) if isinstance(score, int | str) else None
    except ValueError:
        return None
    return number if number is not None and abs(number) <= MAX_SCORE else None


def _description(post: Post, family: Family) -> str | None:
    """Return the description; on sites without tags' culture the title and text of a work."""
    keys = ("description",) if family.is_booru else ("title", "description", "caption", "content")
    texts = [post[key] for key in keys if isinstance(post.get(key), str)]
    return clean_text("\n\n".join(dict.fromkeys(text.strip() for text in texts if text.strip())))


def _kind(value: object) -> str:
    return {
        bool: phrase("true or false"),
        int: phrase("a number"),
        float: phrase("a number"),
        str: phrase("a text"),
        list: phrase("a list"),
        dict: phrase("an object"),
        type(None): phrase("nothing"),
    }[type(value)]
