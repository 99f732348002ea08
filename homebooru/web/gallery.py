"""The gallery: a page of posts, the tags of the result, and where to go from here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.query import parse
from homebooru.errors import QuerySyntaxError
from homebooru.services.searching import search
from homebooru.web.current import deps, scope
from homebooru.web.mistakes import mistake_in

bp = Blueprint("gallery", __name__)

LIMITS = (25, 50, 100, 200)
LIMIT = 50
LAST_PAGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of how many; `numbers` has None where numbers are left out."""

    page: int
    pages: int
    limit: int

    @property
    def numbers(self) -> list[int | None]:
        near = {
            each
            for each in (1, self.page - 1, self.page, self.page + 1, self.pages)
            if 1 <= each <= self.pages
        }
        shown: list[int | None] = []
        for each in sorted(near):
            if shown and shown[-1] != each - 1:
                shown.append(None)
            shown.append(each)
        return shown

    @property
    def previous(self) -> int | None:
        return min(self.page - 1, self.pages) if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.pages else None


@bp.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for(".index"))


@bp.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """Lead to the icon: browsers ask for it here beside a picture that is opened on its own."""
    return redirect(url_for("static", filename="img/icon.svg"))


@bp.get("/posts")
def index() -> ResponseReturnValue:
    text = query_text()
    limit, page = _limit(), _whole(request.args.get("page"), 1, 1, LAST_PAGE)
    try:
        offset = (page - 1) * (parse(text).limit or limit)
        answer = search(deps().sessions, text, scope(), limit=limit, offset=offset)
    except QuerySyntaxError as error:
        mistake = mistake_in(text, error)
        return render_template("gallery/mistake.html", query=text, mistake=mistake), 400
    paging = Paging(page, max(1, -(-answer.count // answer.limit)), answer.limit)
    return render_template(
        "gallery/index.html",
        query=text,
        answer=answer,
        paging=paging,
        limits=LIMITS,
        page_url=lambda number: url_for(
            ".index",
            tags=text or None,
            page=number if number > 1 else None,
            limit=limit if limit != LIMIT else None,
        ),
    )


def query_text() -> str:
    """Return the search that the address asks for."""
    return request.args.get("tags", "").strip()


def _limit() -> int:
    limit = _whole(request.args.get("limit"), LIMIT, 1, LIMITS[-1])
    return limit if limit in LIMITS else LIMIT


def _whole(text: str | None, default: int, low: int, high: int) -> int:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return default
    return max(low, min(int(text), high))
