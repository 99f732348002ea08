"""What gallery-dl keeps of a booru's post: nearly all of it, in a slightly other shape.

It adds fields of its own, and lists of tags in place of e621's. Where the kinds of all tags are
told (of Gelbooru and Moebooru only if gallery-dl was told to ask for them), a post can be put
together again as the booru would tell it today, so nobody has to ask there.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from homebooru.files.beside.gallerydl import TAG_CATEGORIES, Family, booru_at, family_of, md5_in

Row = Mapping[str, Any]

ADDED = frozenset(
    ("filename", "extension", "date", "category", "subcategory", "search_tags", "tags")
)
TAGS = "tags_"
FAMILIES = {
    "danbooru": Family.DANBOORU,
    "e621": Family.E621,
    "gelbooru": Family.GELBOORU,
    "yandere": Family.MOEBOORU,
}
GALLERY = "gallery"


def answer_in(post: Row) -> tuple[str, str, Row] | None:
    """Return the booru, the MD5 and the answer that a sidecar holds, None where part is missing.

    Only what was fetched from the booru itself counts, whatever a person calls the site. Raises
    Unreadable for an MD5 that is none.
    """
    family, file = family_of(post), post.get("file")
    site = booru_at(file.get("url") if isinstance(file, dict) else post.get("file_url"))
    if site is None or FAMILIES.get(site) is not family:
        return None
    row, md5 = REBUILT[family](post), md5_in(post, family)
    return None if row is None or md5 is None else (site, md5, row)


def is_gallery(post: Row) -> bool:
    """Tell whether an `info.json` speaks of all pictures beside it: a gallery, no post of a booru."""
    is_one = "gallery_id" in post or post.get("subcategory") == GALLERY
    return is_one and family_of(post) is Family.OTHER


def _danbooru(post: Row) -> Row | None:
    return _own(post)


def _e621(post: Row) -> Row | None:
    kinds = {key.removeprefix(TAGS): names for key, names in post.items() if key.startswith(TAGS)}
    lists = all(isinstance(names, list) for names in kinds.values())
    return {**_own(post), "tags": kinds} if kinds and lists else None


def _gelbooru(post: Row) -> Row | None:
    return _with_kinds(post, {name: int(TAG_CATEGORIES[kind]) for name, kind in _kinds(post)})


def _moebooru(post: Row) -> Row | None:
    return _with_kinds(post, dict(_kinds(post)))


def _with_kinds(post: Row, kinds: Mapping[str, object]) -> Row | None:
    """Put a post together whose tags are one text, and whose kinds stand beside it."""
    tags = post.get("tags")
    if not isinstance(tags, str) or not set(html.unescape(tags).split()) <= kinds.keys():
        return None
    return {**_own(post), "tags": tags, "kinds": kinds}


def _kinds(post: Row) -> Iterator[tuple[str, str]]:
    for key, names in post.items():
        kind = key.removeprefix(TAGS)
        if key.startswith(TAGS) and kind in TAG_CATEGORIES and isinstance(names, str):
            yield from ((name, kind) for name in html.unescape(names).split())


def _own(post: Row) -> dict[str, Any]:
    """Return the fields of a post that are the booru's own."""
    return {
        key: value
        for key, value in post.items()
        if key not in ADDED and not key.startswith((TAGS, "search_"))
    }


REBUILT: Mapping[Family, Callable[[Row], Row | None]] = {
    Family.DANBOORU: _danbooru,
    Family.E621: _e621,
    Family.GELBOORU: _gelbooru,
    Family.MOEBOORU: _moebooru,
}
