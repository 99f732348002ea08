"""What people keep, as the rest of the program knows it, and what they may call it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.query.tree import PoolKind
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidInput

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search with a name; what it finds is asked anew each time."""

    id: int
    name: str
    query: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class CountedSearch:
    """A saved search with what it finds now; `mistake` says why it finds nothing any more."""

    search: SavedSearch
    count: int = 0
    mistake: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSearch:
    """A search that was asked before, how often, and when last."""

    query: str
    times: int
    asked_at: datetime


def search_name(text: str) -> str:
    """Return a name fit for a saved search. Raises InvalidInput.

    One of digits alone would be taken for a number.
    """
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidInput(f"A name has 1 to {NAME_LENGTH} characters that can be printed.")
    if name.isdigit():
        raise InvalidInput("A name that is a number would be taken for one: add a word to it.")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Posts in an order that a person gave them.

    `posts` are those of them that whoever asks sees in the grid, `count` their number.
    """

    id: int
    name: str
    kind: PoolKind
    description: str
    count: int
    created_at: datetime
    updated_at: datetime
    posts: tuple[int, ...] = ()


def pool_name(text: str) -> str:
    """Return a name fit for a pool, spelled as tags are. Raises InvalidInput.

    One of digits alone would be taken for a number.
    """
    name = tag_name(text)
    if name.isdigit():
        raise InvalidInput("A name that is a number would be taken for one: add a word to it.")
    return name


def pool_kind(text: str) -> PoolKind:
    """Return what kind of pool is meant. Raises InvalidInput."""
    try:
        return PoolKind(text)
    except ValueError:
        raise InvalidInput(f"A pool is a {' or a '.join(PoolKind)}.") from None
