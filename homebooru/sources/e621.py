"""e621, and sites that run its code; pybooru does not know them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homebooru.domain.lookups.outcomes import MISS, Found, Outcome
from homebooru.domain.spelling import plain_tag
from homebooru.domain.tags import Category
from homebooru.sources.base import SAFE_RATINGS, ListingBooru, Row, remote_file, said_post

KINDS = {
    "general": Category.GENERAL,
    "artist": Category.ARTIST,
    "contributor": Category.ARTIST,
    "copyright": Category.COPYRIGHT,
    "character": Category.CHARACTER,
    "species": Category.SPECIES,
    "invalid": Category.META,
    "meta": Category.META,
    "lore": Category.LORE,
}
MOST = 320


class E621(ListingBooru):
    """Posts that are not for us have no address of their file."""

    def listed(self, md5s: Sequence[str]) -> list[Any]:
        body = self.http.get(
            "/posts.json", {"tags": f"md5:{','.join(md5s)} status:any", "limit": MOST}
        )
        rows = body.get("posts") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise self.changed()
        return rows

    def single(self, md5: str) -> object | None:
        return self._post("/posts.json", {"md5": md5})

    def by_id(self, remote_id: str) -> Found:
        row = self._post(f"/posts/{int(remote_id)}.json", {})
        return MISS if row is None else self.found(row)

    def _post(self, path: str, params: dict[str, str | int]) -> object | None:
        body = self.one(lambda: self.http.get(path, params))
        if body is None:
            return None
        if not isinstance(body, dict) or "post" not in body:
            raise self.changed()
        row: object = body["post"]
        return row

    def told_md5(self, row: object) -> str | None:
        return super().told_md5(row.get("file") if isinstance(row, dict) else None)

    def read(self, row: Row) -> Found:
        file = row["file"]
        return Found(
            outcome=Outcome.HIT if file.get("url") else Outcome.HIDDEN,
            remote_id=str(row["id"]),
            said=said_post(
                tags=(
                    plain_tag(name, KINDS.get(kind))
                    for kind, names in row["tags"].items()
                    for name in names
                ),
                rating=SAFE_RATINGS[row["rating"]],
                # a line in front of which stands a minus is an address that is dead
                source="\n".join(source.removeprefix("-") for source in row["sources"]),
                md5=file.get("md5"),
                score=int(row["score"]["total"]),
                parent=self.own(row["relationships"]["parent_id"]),
                remote_id=self.own(row["id"]),
            ),
            children=tuple(str(int(one)) for one in row["relationships"].get("children", ())),
            file=remote_file(
                file.get("width"), file.get("height"), file.get("size"), file.get("ext")
            ),
        )
