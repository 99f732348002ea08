"""Answers as JSON, cut down to the fields that `only` names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response, jsonify, request

from homebooru.web.current import actor

PART = re.compile(r"[,\[\]]|[^,\[\]]+")
DEEPEST = 5  # brackets within brackets

Fields = dict[str, "Fields"]
"""The fields that are asked for, each with those of what it holds; none means all."""


def answer(document: Any) -> Response:
    """Return a document, as much of it as is asked for.

    Pages of other sites may read it where it was asked for with a key, which they must have been
    given; a browser's login, or sitting at this machine, is nothing that they may use.
    """
    response = jsonify(picked(document, read_fields(request.args.get("only", ""))))
    if actor().key_id is not None:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def read_fields(text: str) -> Fields:
    """Read `id,media_asset[variants[url],md5]`; brackets that do not fit together are left out."""
    return _fields(iter(PART.findall(text.replace(" ", ""))), 0)


def _fields(parts: Iterator[str], depth: int) -> Fields:
    found: Fields = {}
    last = ""
    for part in parts:
        if part == "[":
            inside = _fields(parts, depth + 1) if depth < DEEPEST else {}
            found.setdefault(last, {}).update(inside)
        elif part == "]" and depth:
            break
        elif part not in {",", "]"}:
            last = part
            found.setdefault(part, {})
    return found


def picked(document: Any, fields: Fields) -> Any:
    """Return the fields of an object, or of each object of a list."""
    if not fields:
        return document
    if isinstance(document, Mapping):
        named = ((name, inner) for name, inner in fields.items() if name in document)
        return {name: picked(document[name], inner) for name, inner in named}
    if isinstance(document, Sequence) and not isinstance(document, str):
        return [picked(each, fields) for each in document]
    return document
