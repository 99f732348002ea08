"""Gelbooru; pybooru does not know it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from homebooru.domain.lookups.outcomes import MISS, Found, Outcome
from homebooru.domain.spelling import rating_word
from homebooru.domain.tags import Category
from homebooru.sources.base import HttpBooru, Row, kept_kinds, of_kinds, remote_file, said_post

TYPES = {
    0: Category.GENERAL,
    1: Category.ARTIST,
    3: Category.COPYRIGHT,
    4: Category.CHARACTER,
    5: Category.META,
    6: Category.GENERAL,  # deprecated
}
MOST_NAMES = 100
DAPI: dict[str, str | int] = {"page": "dapi", "q": "index", "json": 1}


class Gelbooru(HttpBooru):
    """It takes one picture at a time, and does not say what kinds of tags a post has.

    Kinds that our own table knows are not asked for; those that were asked for are in it after.
    """

    at_once = 1

    def by_md5(self, md5s: Sequence[str]) -> Mapping[str, Found]:
        return {md5.lower(): self._by_md5(md5.lower()) for md5 in md5s}

    def by_id(self, remote_id: str) -> Found:
        return self._first(self._rows("post", {"s": "post", "id": int(remote_id)}))

    def adopted(self, row: Row) -> Found:
        names = html.unescape(str(row.get("tags", ""))).split()
        return self.found({**row, "kinds": {**self.categories(names), **kept_kinds(row)}})

    def _by_md5(self, md5: str) -> Found:
        rows = self._rows("post", {"s": "post", "tags": f"md5:{md5}", "limit": 1})
        if rows and self.told_md5(rows[0]) not in (md5, None):
            raise self.changed()
        return self._first(rows)

    def _first(self, rows: list[Any]) -> Found:
        if not rows:
            return MISS
        row = rows[0]
        if isinstance(row, dict) and isinstance(row.get("tags"), str):
            row = row | {"kinds": self._kinds(html.unescape(row["tags"]).split())}
        return self.found(row)

    def _rows(self, name: str, params: dict[str, str | int]) -> list[Any]:
        """Return the posts or tags in an answer: a list, a single one, or no such key at all."""
        body = self.http.get("/index.php", {**DAPI, **params})
        if isinstance(body, dict) and (name in body or "@attributes" in body):
            body = body.get(name, [])
            body = [body] if isinstance(body, dict) else body
        if not isinstance(body, list):
            raise self.changed()
        return body

    def _kinds(self, names: Iterable[str]) -> dict[str, Category]:
        wanted = set(names)
        kinds = dict(self.categories(wanted))
        left = sorted(wanted - kinds.keys())
        for start in range(0, len(left), MOST_NAMES):
            some = " ".join(left[start : start + MOST_NAMES])
            for row in self._rows("tag", {"s": "tag", "names": some, "limit": MOST_NAMES}):
                kinds |= _kind(row)
        return kinds

    def read(self, row: Row) -> Found:
        kinds = {name: Category(kind) for name, kind in row["kinds"].items()}
        file = row["file_url"]
        return Found(
            outcome=Outcome.HIT if file else Outcome.HIDDEN,
            remote_id=str(row["id"]),
            said=said_post(
                tags=of_kinds(html.unescape(row["tags"]).split(), kinds),
                rating=rating_word(row["rating"]),
                source=html.unescape(row["source"]),
                md5=row["md5"],
                score=int(row["score"]),
                parent=self.own(row.get("parent_id")),
                remote_id=self.own(row["id"]),
            ),
            file=remote_file(
                row.get("width"), row.get("height"), extension=file.rpartition(".")[2]
            ),
        )


def _kind(row: object) -> dict[str, Category]:
    """Return the kind of a tag, nothing where it makes no sense or is none of ours."""
    try:
        name, kind = html.unescape(row["name"]), TYPES[int(row["type"])]  # type: ignore[index]
    except (LookupError, TypeError, ValueError, AttributeError):
        return {}
    return {name: kind}
