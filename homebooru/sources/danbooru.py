"""Danbooru, and sites that run its code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homebooru.domain.lookups.outcomes import MISS, Found, Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.spelling import plain_tag
from homebooru.domain.tags import Category
from homebooru.http.client import JsonClient
from homebooru.sources import pybooru
from homebooru.sources.base import Categories, ListingBooru, Row, remote_file, said_post

KINDS = {
    "tag_string_general": Category.GENERAL,
    "tag_string_artist": Category.ARTIST,
    "tag_string_copyright": Category.COPYRIGHT,
    "tag_string_character": Category.CHARACTER,
    "tag_string_meta": Category.META,
}
ONLY = ",".join(
    (
        "id,md5,rating,score,source,pixiv_id,parent_id,has_children,created_at,updated_at",
        "file_ext,file_size,image_width,image_height,file_url",
        "is_deleted,is_pending,is_flagged,is_banned",
        *KINDS,
    )
)
MOST = 200


class Danbooru(ListingBooru):
    """Posts that are not for us come without digest and file, but with their tags."""

    def __init__(self, http: JsonClient, categories: Categories) -> None:
        super().__init__(http, categories)
        self._api = pybooru.Danbooru(http)

    def listed(self, md5s: Sequence[str]) -> list[Any]:
        rows = self._api.post_list(tags=f"md5:{','.join(md5s)}", limit=MOST, only=ONLY)
        if not isinstance(rows, list):
            raise self.changed()
        return rows

    def single(self, md5: str) -> object | None:
        row: object | None = self.one(lambda: self._api.post_list(md5=md5, only=ONLY))
        return row

    def by_id(self, remote_id: str) -> Found:
        row = self.one(lambda: self._api.post_show(int(remote_id)))
        return MISS if row is None else self.found(row)

    def read(self, row: Row) -> Found:
        remote_id = self.own(row["id"])
        return Found(
            outcome=Outcome.HIT if row.get("file_url") else Outcome.HIDDEN,
            remote_id=str(row["id"]),
            said=said_post(
                tags=(
                    plain_tag(name, category)
                    for field, category in KINDS.items()
                    for name in row[field].split()
                ),
                rating=Rating(row["rating"]),
                source=row["source"],
                md5=row.get("md5"),
                score=int(row["score"]),
                parent=self.own(row["parent_id"]),
                remote_id=remote_id,
            ),
            file=remote_file(
                row.get("image_width"),
                row.get("image_height"),
                row.get("file_size"),
                row.get("file_ext"),
            ),
        )
