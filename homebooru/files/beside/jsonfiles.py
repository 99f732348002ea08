"""JSON beside a picture: a site's post as gallery-dl keeps it, or lists as Hydrus exports them.

Hydrus lets a person name the keys, and put lists as deep as they like:

    {"metadata": {"tags": ["creator:someone", "sky"], "urls": ["https://…"], "notes": ["one: text"]}}

so what a list is of is told by the nearest name above it that says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from homebooru.domain.said import Said
from homebooru.domain.spelling import Collected, addresses, clean_text
from homebooru.errors import Unreadable
from homebooru.files.beside.gallerydl import is_gallerydl, read_gallerydl
from homebooru.phrases import phrase

MAX_BYTES = 16 * 1024 * 1024
DEEPEST = 6
TAGS, ADDRESSES, NOTES = "tags", "urls", "notes"
MEANT = {
    **dict.fromkeys(("tags", "tag", "storage_tags"), TAGS),
    **dict.fromkeys(("urls", "url", "known_urls", "sources", "source"), ADDRESSES),
    **dict.fromkeys(("notes", "note"), NOTES),
}


def read_json_sidecar(data: bytes, foreign: tuple[str, ...] = ()) -> tuple[str, Said]:
    """Return who speaks in a file of JSON, and what they say; raises Unreadable."""
    told = load_object(data)
    if is_gallerydl(told):
        return "gallery-dl", read_gallerydl(told, foreign)
    return "text", _read_lists(told, foreign)


def load_object(data: bytes) -> Mapping[str, Any]:
    """Return the JSON object that a file holds; raises Unreadable where it is none."""
    if len(data) > MAX_BYTES:
        raise Unreadable(phrase("The JSON is larger than {most} MB.", most=MAX_BYTES >> 20))
    try:
        told = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable(phrase("The JSON is not written in UTF-8.")) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(phrase("The JSON is cut short or broken: {error}.", error=error)) from None
    if not isinstance(told, dict):
        raise Unreadable(phrase("This is no sidecar: it holds no JSON object."))
    return told


def _read_lists(told: Mapping[str, Any], foreign: tuple[str, ...]) -> Said:
    words = Collected(foreign)
    texts = list(_texts(told))
    if not texts:
        raise Unreadable(
            phrase(
                "This is no sidecar: it does not name the site in `category`, as gallery-dl does, "
                "and holds no list of `tags`, `urls` or `notes`, as Hydrus writes them."
            )
        )
    for meaning, text in texts:
        if meaning == TAGS:
            words.add_word(text)
        elif meaning == ADDRESSES:
            words.add_said(Said(sources=addresses(text)))
    notes = [text for meaning, text in texts if meaning == NOTES]
    words.add_said(Said(description=clean_text("\n\n".join(notes))))
    return words.said()


def _texts(value: object, meaning: str | None = None, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield all texts in lists of which it is known what they are."""
    if isinstance(value, dict) and depth < DEEPEST:
        for key, inner in value.items():
            yield from _texts(inner, MEANT.get(key.lower(), meaning), depth + 1)
    elif isinstance(value, list) and meaning is not None:
        yield from ((meaning, text) for text in value if isinstance(text, str))
