"""Pages of the dialect: by number, or the nearest ones below (`b42`) or above (`a42`) an id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from flask import abort, request

from homebooru.services.searching import LARGEST_ID
from homebooru.web.addresses import plain_number

USUAL, LARGEST_PAGE = 20, 200
LAST_PAGE = 1_000
BESIDE = re.compile(r"(?P<side>[ab])(?P<id>\d{1,10})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: the `number`th one, or what lies `below` or `above` an id."""

    limit: int
    number: int = 1
    below: int | None = None
    above: int | None = None

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.limit


def asked_page(most: int = LARGEST_PAGE) -> Page:
    """Read the page that is asked for; nonsense is the first one. Far pages are gone (410)."""
    limit = max(1, min(plain_number(request.args.get("limit")) or USUAL, most))
    text = request.args.get("page", "")
    if beside := BESIDE.fullmatch(text):
        bound = min(int(beside["id"]), LARGEST_ID)
        return Page(limit, below=bound) if beside["side"] == "b" else Page(limit, above=bound)
    number = plain_number(text) or 1
    if number > LAST_PAGE:
        abort(
            HTTPStatus.GONE,
            f"There are no pages beyond {LAST_PAGE}. Go on with page=b and the lowest id so far.",
        )
    return Page(limit, number)
