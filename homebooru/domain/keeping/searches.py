"""Searches that somebody saved, or asked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.keeping.names import check_is_word
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

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
    """Return a name fit for a saved search. Raises InvalidInput."""
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidInput(
            phrase(
                "A name has 1 to {name_length} characters that can be printed.",
                name_length=NAME_LENGTH,
            )
        )
    check_is_word(name)
    return name
