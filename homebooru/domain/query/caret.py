"""Finds what somebody is typing at a place in a search, whether or not the search is whole."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.domain.query.metatags import NAMES
from homebooru.domain.query.tokens import QUOTES, SIGNS, word_at

WHOLE_VALUES = frozenset(
    {
        "album",
        "fav",
        "filename",
        "folder",
        "near",
        "ordfav",
        "ordpool",
        "person",
        "pool",
        "search",
        "source",
        "tag",
    }
)
"""Metatags whose value is no list, so that a comma belongs to it."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The term, or the part of a metatag's value, that stands at a place in a search.

    `prefix` is what is written of it before that place; what it becomes goes between `start`
    and `end`. Signs before it are no part of it.
    """

    prefix: str
    start: int
    end: int
    metatag: str | None = None


def typed_at(text: str, at: int) -> Typed:
    """Return what is typed at a place in a text, which need not make sense."""
    at = max(0, min(at, len(text)))
    position = depth = 0
    while position < at:
        here = text[position]
        if here.isspace() or here in SIGNS:
            position += 1
        elif here == "(" or (here == ")" and depth):
            depth += 1 if here == "(" else -1
            position += 1
        else:
            term = _term(text, position, depth, at)
            if term.end >= at:
                return term
            position = term.end
    return Typed("", at, at)


def _term(text: str, start: int, depth: int, at: int) -> Typed:
    word = word_at(text, start, depth)
    name, colon, _ = word.text.partition(":")
    value = start + len(name) + 1
    if not colon or name.lower() not in NAMES:
        return Typed(text[start:at], start, start + len(word.text))
    if at < value:
        return Typed(text[start:at], start, value)
    if text[value : value + 1] in set(QUOTES):
        return _quoted(text, name.lower(), value, at)
    return _plain(text, name.lower(), value, start + len(word.text), at)


def _quoted(text: str, name: str, start: int, at: int) -> Typed:
    quote, position, read = text[start], start + 1, []
    while position < len(text) and text[position] != quote:
        if text[position] == "\\" and position + 1 < len(text):
            position += 1
        if position < at:
            read.append(text[position])
        position += 1
    # an open quote swallows the rest of the search, which whoever types did not mean
    end = position + 1 if position < len(text) else max(at, start)
    return Typed("".join(read), start, end, name)


def _plain(text: str, name: str, start: int, end: int, at: int) -> Typed:
    if name in WHOLE_VALUES or at > end:
        return Typed(text[start:at], start, end, name)
    first = text.rfind(",", start, at) + 1 or start
    comma = text.find(",", at, end)
    return Typed(text[first:at], first, end if comma < 0 else comma, name)
