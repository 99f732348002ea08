"""How people and programs spell tags, ratings, dates and addresses, and what they mean by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fnmatch import fnmatchcase

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag, tag_name
from homebooru.domain.words import union
from homebooru.errors import InvalidTagName

CATEGORIES = {
    "general": Category.GENERAL,
    "artist": Category.ARTIST,
    "artists": Category.ARTIST,
    "creator": Category.ARTIST,
    "contributor": Category.ARTIST,
    "circle": Category.ARTIST,
    "copyright": Category.COPYRIGHT,
    "copyrights": Category.COPYRIGHT,
    "series": Category.COPYRIGHT,
    "character": Category.CHARACTER,
    "characters": Category.CHARACTER,
    "species": Category.SPECIES,
    "meta": Category.META,
    "metadata": Category.META,
    "lore": Category.LORE,
}
"""Words before a colon, or above a tag in a hierarchy, that tell its category."""

PLACES_IN_A_WORK = {"page", "chapter", "volume", "filename"}
"""Namespaces of file catalogues that number or name a file: no tags of a booru."""

RATINGS = {
    "general": Rating.GENERAL,
    "safe": Rating.GENERAL,
    "sfw": Rating.GENERAL,
    "g": Rating.GENERAL,
    "sensitive": Rating.SENSITIVE,
    "s": Rating.SENSITIVE,  # Danbooru's; elsewhere it is safe, but of two readings the stricter
    "questionable": Rating.QUESTIONABLE,
    "sketchy": Rating.QUESTIONABLE,
    "mature": Rating.QUESTIONABLE,
    "q": Rating.QUESTIONABLE,
    "explicit": Rating.EXPLICIT,
    "adult": Rating.EXPLICIT,
    "unsafe": Rating.EXPLICIT,
    "nsfw": Rating.EXPLICIT,
    "r-18": Rating.EXPLICIT,
    "r-18g": Rating.EXPLICIT,
    "e": Rating.EXPLICIT,
}

MAX_TEXT = 50_000
MAX_SOURCE = 2000
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
MOMENT = re.compile(
    r"(\d{4})(?:[-:](\d\d)(?:[-:](\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?)?)?)?"
)


def plain_tag(text: str, category: Category | None = None) -> SaidTag | None:
    """Return the tag called `text`, or None where that cannot name one.

    Commas, which no tag may hold, count as spaces; what cannot be seen is left out.
    """
    seen = "".join(c for c in text.replace(",", " ") if c.isprintable() or c.isspace())
    try:
        return SaidTag(tag_name(seen), category)
    except InvalidTagName:
        return None


def said_tag(text: str) -> SaidTag | None:
    """Return the tag meant by `text`, where a known word before a colon tells its category.

    Many names hold a colon themselves (`re:zero`, `:3`), so any other word belongs to the name.
    A rating or a page number is no tag: None.
    """
    prefix, rest = _split(text)
    if prefix == "rating" or prefix in PLACES_IN_A_WORK:
        return None
    if prefix in CATEGORIES:
        return plain_tag(rest, CATEGORIES[prefix])
    return plain_tag(text)


def said_rating(text: str) -> Rating | None:
    """Return the rating that `rating:safe` and the like mean, None for anything else."""
    prefix, rest = _split(text)
    return rating_word(rest) if prefix == "rating" else None


def rating_word(text: str) -> Rating | None:
    return RATINGS.get(text.strip().lower())


def is_address(text: str) -> bool:
    return ADDRESS.fullmatch(text) is not None


def clean_text(text: str, limit: int = MAX_TEXT) -> str | None:
    """Return `text` without control characters and outer blanks, None if nothing is left."""
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or _is_text(c)).strip()[:limit].rstrip() or None


def _is_text(c: str) -> bool:
    return c >= " " and not ("\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff")


def read_moment(text: str) -> datetime | None:
    """Read a date as XMP or EXIF spell it; the unknown day of a month is its first.

    A camera that does not know its time zone shows the clock of wherever it is: the moment has
    no zone then either, and `at_home` gives it one. Dates before photography, and zeros, are no
    dates.
    """
    found = MOMENT.fullmatch(text.strip(" \0"))
    if not found or not 1800 <= int(found[1]) <= 2200:
        return None
    numbers = [
        int(n or least) for n, least in zip(found.groups()[:6], (0, 1, 1, 0, 0, 0), strict=True)
    ]
    try:
        return datetime(*numbers, tzinfo=_zone(found[7]))  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def at_home(moment: datetime | None, zone: tzinfo | None = None) -> datetime | None:
    """Return a moment that knows its zone; one that does not is by the clocks of the household.

    Those are the clocks of `zone`, or of this machine. Pages and searches go by the same, so a
    picture that was taken shortly before midnight is found on its own day.
    """
    if moment is None or moment.tzinfo is not None:
        return moment
    return (moment.astimezone() if zone is None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    ahead = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-ahead if text[0] == "-" else ahead)


def _split(text: str) -> tuple[str, str]:
    prefix, colon, rest = text.partition(":")
    return (prefix.strip().lower(), rest.strip()) if colon else ("", text)


@dataclass(slots=True)
class Collected:
    """Words as they are picked up one by one; tags of other tools' own are left out."""

    foreign: tuple[str, ...] = ()
    voices: list[Said] = field(default_factory=list)

    def add_tag(self, tag: SaidTag | None) -> None:
        if tag and not any(fnmatchcase(tag.name, pattern.lower()) for pattern in self.foreign):
            self.voices.append(Said(tags=(tag,)))

    def add_word(self, text: str) -> None:
        """Take a word of any kind: a tag, a rating, an address, or a title."""
        prefix, rest = _split(text)
        if is_address(text.strip()):
            self.add_said(Said(sources=addresses(text)))
        elif prefix in ("source", "url") and is_address(rest):
            self.add_said(Said(sources=addresses(rest)))
        elif prefix == "title":
            self.add_said(Said(description=clean_text(rest)))
        elif rating := said_rating(text):
            self.add_said(Said(rating=rating))
        else:
            self.add_tag(said_tag(text))

    def add_path(self, parts: Sequence[str]) -> None:
        """Take an entry of a hierarchy of tags: the leaf, and what its ancestors tell of it.

        The nearest ancestor that is called like a category gives it; a leaf below `Rating` is a
        rating.
        """
        *above, leaf = [part.strip() for part in parts if part.strip()] or [""]
        if not above:
            self.add_word(leaf)
            return
        names = [name.lower() for name in above]
        if names[-1] == "rating" and (rating := rating_word(leaf)):
            self.add_said(Said(rating=rating))
            return
        known = next((CATEGORIES[name] for name in reversed(names) if name in CATEGORIES), None)
        self.add_tag(plain_tag(leaf, known))

    def add_said(self, said: Said) -> None:
        self.voices.append(said)

    def said(self) -> Said:
        return union(self.voices)


def addresses(text: str) -> tuple[str, ...]:
    """Return the sources that a line or more of `text` names.

    A line that holds nothing but web addresses names each of them; any other is one source.
    """
    found: list[str] = []
    for line in text.splitlines():
        cleaned = clean_text(line, MAX_SOURCE) or ""
        words = cleaned.split()
        alike = all(is_address(word) for word in words)
        found += words if alike else [cleaned]
    return tuple(found)
