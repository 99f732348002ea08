"""The months of a search, with how many posts they have: a page of links, and a part of the grid."""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from homebooru.domain.query import parse
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.timeline import months_of
from homebooru.web.current import deps, scope
from homebooru.web.gallery import page_limit, query_text

bp = Blueprint("dates", __name__)

MONTH = re.compile(r"([1-9][0-9]{3})-(0[1-9]|1[0-2])")
LAST_YEAR = 9998  # the calendar ends with the next one


@bp.get("/posts/dates")
def show() -> ResponseReturnValue:
    """List months, or the days of one; each leads to the page on which it begins."""
    text, month = query_text(), _month(request.args.get("month"))
    stretches = months_of(deps().sessions, text, scope(), days_of=month, finder=deps().finder)
    name = "_dates" if "X-Fragment" in request.headers else "dates"
    answer = make_response(
        render_template(
            f"gallery/{name}.html",
            query=text,
            years=[
                (year, list(each)) for year, each in groupby(stretches, lambda one: one.begin.year)
            ],
            name=_name_of_day if month else _name_of_month,
            limit=parse(text).limit or page_limit(),
        )
    )
    answer.vary.add("X-Fragment")
    return answer


def _name_of_month(begin: date) -> str:
    return str(format_date(begin, "LLLL y"))  # type: ignore[no-untyped-call]


def _name_of_day(begin: date) -> str:
    return str(format_date(begin, "d MMMM y"))  # type: ignore[no-untyped-call]


def _month(text: str | None) -> date | None:
    if not text:
        return None
    named = MONTH.fullmatch(text)
    if named is None or int(named[1]) > LAST_YEAR:
        raise InvalidInput(phrase("A month is written like 2024-03."))
    return date(int(named[1]), int(named[2]), 1)
