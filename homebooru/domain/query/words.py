"""The words of the language itself that begin in some way: metatags, and their values."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from homebooru.domain.query.metatags import LISTS, METATAGS, SETTINGS
from homebooru.domain.query.orders import ORDERS
from homebooru.domain.query.tokens import Piece

PAGE_SIZES = ("25", "50", "100", "200")
DIRECTIONS = ("_asc", "_desc")
SEARCHABLE = tuple(sorted((*METATAGS, *SETTINGS, *LISTS)))


def metatags_from(prefix: str) -> tuple[str, ...]:
    """Return the metatags whose names begin so."""
    return tuple(name for name in SEARCHABLE if name.startswith(prefix.lower()))


def values_from(metatag: str, prefix: str) -> tuple[str, ...]:
    """Return the values that begin so, one for each meaning: the first of its names that fits."""
    first: dict[Hashable, str] = {}
    for word, meaning in _values(metatag):
        if word.startswith(prefix.lower()):
            first.setdefault(meaning, word)
    return tuple(first.values())


def _values(metatag: str) -> Iterator[tuple[str, Hashable]]:
    if metatag == "order":
        yield from sorted(ORDERS.items(), key=lambda order: order[0].endswith(DIRECTIONS))
    elif metatag in SETTINGS:
        yield from ((size, size) for size in PAGE_SIZES)
    elif metatag in METATAGS:
        for word in METATAGS[metatag].words:
            yield word, METATAGS[metatag].read(Piece(word, 0))
