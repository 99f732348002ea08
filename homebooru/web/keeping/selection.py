"""The posts that a form means: those it names, or all that a search finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from homebooru.services.selecting import selected_by_search
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import numbers_in, text_in
from homebooru.web.media import NUMBER


def selected() -> Sequence[int]:
    """Return the posts in `ids`, or else all that the search in `tags` finds."""
    ids = request.form.get("ids")
    if ids is not None:
        return numbers(ids)
    text = request.form.get("tags", "").strip()
    return selected_by_search(deps().sessions, text, scope(), finder=deps().finder)


def named(body: Mapping[str, Any]) -> Sequence[int]:
    """Return the posts that a program means: those in `ids`, or else all that the search in `q` finds.

    Raises InvalidInput and QuerySyntaxError.
    """
    text = text_in(body, "q")
    if text is None or "ids" in body:
        return numbers_in(body, "ids")
    return selected_by_search(deps().sessions, text, scope(), finder=deps().finder)


def numbers(text: str) -> Sequence[int]:
    """Return the numbers in a text, as many as there are between other signs."""
    return [int(number) for number in NUMBER.findall(text)]
