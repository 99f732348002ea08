"""yande.re, konachan, and other sites that run Moebooru."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homebooru.domain.lookups.outcomes import MISS, Found, Outcome
from homebooru.domain.tags import Category
from homebooru.http.client import JsonClient
from homebooru.sources import pybooru
from homebooru.sources.base import (
    SAFE_RATINGS,
    Categories,
    ListingBooru,
    Row,
    kept_kinds,
    of_kinds,
    remote_file,
    said_post,
)

KINDS = {
    "general": Category.GENERAL,
    "artist": Category.ARTIST,
    "circle": Category.ARTIST,
    "copyright": Category.COPYRIGHT,
    "character": Category.CHARACTER,
    "faults": Category.META,
    "style": Category.META,
    "meta": Category.META,
}
MOST = 1000


class Moebooru(ListingBooru):
    """Deleted posts are shown to those who ask for them, but without a file."""

    def __init__(self, http: JsonClient, categories: Categories) -> None:
        super().__init__(http, categories)
        self._api = pybooru.Moebooru(http)

    def listed(self, md5s: Sequence[str]) -> list[Any]:
        return self._posts(f"md5:{','.join(md5s)} deleted:all")

    def single(self, md5: str) -> object | None:
        return next(iter(self.listed([md5])), None)

    def by_id(self, remote_id: str) -> Found:
        rows = self._posts(f"id:{int(remote_id)}")
        return self.found(rows[0]) if rows else MISS

    def adopted(self, row: Row) -> Found:
        kinds = {**self._known_kinds([row]), **kept_kinds(row)}
        return self.found({**row, "kinds": _kinds(row, kinds)})

    def _posts(self, tags: str) -> list[Any]:
        """Return posts, each with the kinds of its tags, which come beside all of them.

        An old site sends posts alone; then we know the kinds of tags that are known here.
        """
        body = self._api.post_list(tags=tags, limit=MOST, api_version=2, include_tags=1)
        if isinstance(body, list):
            rows, kinds = body, self._known_kinds(body)
        else:
            rows, kinds = self._version_two(body)
        return [row | {"kinds": _kinds(row, kinds)} if _has_tags(row) else row for row in rows]

    def _known_kinds(self, rows: list[Any]) -> dict[str, str]:
        names = {name for row in rows if _has_tags(row) for name in row["tags"].split()}
        return {name: kind.label for name, kind in self.categories(names).items()}

    def _version_two(self, body: object) -> tuple[list[Any], dict[str, Any]]:
        rows = body.get("posts") if isinstance(body, dict) else None
        kinds = body.get("tags", {}) if isinstance(body, dict) else None
        if not isinstance(rows, list) or not isinstance(kinds, dict):
            raise self.changed()
        return rows, kinds

    def read(self, row: Row) -> Found:
        kinds = {name: KINDS.get(str(kind)) for name, kind in row["kinds"].items()}
        return Found(
            outcome=Outcome.HIT if row.get("file_url") else Outcome.HIDDEN,
            remote_id=str(row["id"]),
            said=said_post(
                tags=of_kinds(row["tags"].split(), kinds),
                rating=SAFE_RATINGS[row["rating"]],
                source=row["source"] or "",
                md5=row["md5"],
                score=int(row["score"]),
                parent=self.own(row["parent_id"]),
                remote_id=self.own(row["id"]),
            ),
            file=remote_file(
                row.get("width"), row.get("height"), row.get("file_size"), row.get("file_ext")
            ),
        )


def _has_tags(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("tags"), str)


def _kinds(row: Row, kinds: Row) -> dict[str, Any]:
    names = row["tags"].split() if _has_tags(row) else ()
    return {name: kinds[name] for name in names if name in kinds}
