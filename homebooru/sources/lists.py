"""What Danbooru and its like say of tags: kinds, aliases and implications, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homebooru.domain.vocabulary.lists import ListKind
from homebooru.http.client import JsonClient
from homebooru.phrases import phrase

PATHS = {
    ListKind.TAGS: "/tags.json",
    ListKind.ALIASES: "/tag_aliases.json",
    ListKind.IMPLICATIONS: "/tag_implications.json",
}
USED = {ListKind.TAGS: {"search[hide_empty]": "yes"}}
"""Tags that no post has are left out."""
MOST = 320  # e621 gives no more at a time


class HttpLists:
    """A site that is asked for its lists, the newest entries first."""

    def __init__(self, http: JsonClient) -> None:
        self._http = http

    def page(self, kind: ListKind, before: int | None) -> list[Mapping[str, Any]]:
        """Return the next entries, `before` one by its number; none where there are no more."""
        place: dict[str, str | int] = {} if before is None else {"page": f"b{before}"}
        body = self._http.get(PATHS[kind], {"limit": MOST, **USED.get(kind, {}), **place})
        rows = body.get(kind.value, []) if isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(map(_is_numbered, rows)):
            raise self._http.misread(
                phrase(
                    "{service}: its lists of tags have changed.", service=self._http.service.label
                )
            )
        return rows


def _is_numbered(row: object) -> bool:
    return isinstance(row, dict) and type(row.get("id")) is int
