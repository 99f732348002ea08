"""Fetches what a site says of its tags, with patience, in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from homebooru.domain.vocabulary.lists import Entry, ListKind, entry_of
from homebooru.errors import RemoteError
from homebooru.ports import Progress, TagLists
from homebooru.services.lookups.patience import waits_until

PATIENCE = 600.0  # seconds that are waited for a site before it is given up
Page = list[Mapping[str, Any]]


def fetch_entries(
    lists: TagLists, kind: ListKind, site: str, progress: Progress
) -> Iterator[Entry]:
    """Yield what a site says of its tags, numbered in the order in which it comes.

    Raises the RemoteError of a site that fails for long.
    """
    number, before = 0, None
    while page := _page(lists, kind, before, progress):
        for row in page:
            number += 1
            yield entry_of(number, row, kind, site)
        before = min(row["id"] for row in page)


def _page(lists: TagLists, kind: ListKind, before: int | None, progress: Progress) -> Page:
    """Return the next page, waited for where the site wants to be left alone for a while."""
    while True:
        try:
            return [*lists.page(kind, before)]
        except RemoteError as error:
            if not waits_until(error.until, PATIENCE, progress.goes_on):
                raise
