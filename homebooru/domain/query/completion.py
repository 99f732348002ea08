"""What somebody who types a search may mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from homebooru.domain.tags import Category


class Offer(StrEnum):
    """What is suggested: a tag, a metatag that still wants a value, or a value."""

    TAG = "tag"
    METATAG = "metatag"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Something that what is typed may become: `text`, as a search writes it.

    `alias` is the other name by which a tag was found. `count` is the number of its posts, or
    with `at_least` one that there are more than; `left` how many posts the whole search would
    find, where that was counted.
    """

    offer: Offer
    text: str
    name: str
    category: Category | None = None
    alias: str | None = None
    count: int | None = None
    at_least: bool = False
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """Suggestions for the part of a search between `start` and `end`, the likeliest first."""

    start: int
    end: int
    suggestions: tuple[Suggestion, ...] = ()


class TermKind(StrEnum):
    """What a term of a search is: a tag, an unknown one, anything else, or no term at all."""

    TAG = "tag"
    UNKNOWN = "unknown"
    OTHER = "other"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a search as it is written, and what it turns out to be."""

    text: str
    kind: TermKind
    category: Category | None = None
