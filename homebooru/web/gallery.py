"""The gallery: a page of posts, the tags of the result, and where to go from here."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.paging import Cursor, Side
from homebooru.domain.posts import RelatedBy, SearchAnswer
from homebooru.domain.query import Query, parse
from homebooru.domain.query.orders import OrderBy
from homebooru.errors import QuerySyntaxError
from homebooru.services.browsing import browse, browse_on
from homebooru.services.named import by_file_names
from homebooru.services.posts import get_post
from homebooru.services.searching import MAX_OFFSET
from homebooru.services.timeline import goes_by_date
from homebooru.web.addresses import page_address, plain_number
from homebooru.web.current import actor, deps, scope
from homebooru.web.grid import hiding
from homebooru.web.keeping.remembering import remember
from homebooru.web.older.pages import gallery_address
from homebooru.web.orders import order_links, reshuffled
from homebooru.web.preferences import LIMITS, preferences
from homebooru.web.search.mistakes import mistake_in
from homebooru.web.sources.alike import understand

bp = Blueprint("gallery", __name__)

DIGITS = 10  # of a number in an address
LARGEST = 10**DIGITS


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of how many; `numbers` has None where numbers are left out."""

    page: int
    pages: int
    limit: int

    @classmethod
    def of(cls, answer: SearchAnswer) -> Paging:
        pages = max(1, -(-answer.count // answer.limit))
        return cls(-(-answer.offset // answer.limit) + 1, pages, answer.limit)

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
    return redirect(gallery_address())


@bp.get("/favicon.ico")
def icon() -> ResponseReturnValue:
    """Lead to the icon: browsers ask for it here beside a picture that is opened on its own."""
    return redirect(url_for("static", filename="img/icon.svg"))


@bp.get("/posts")
def index() -> ResponseReturnValue:
    """Show a page of a search, or only its posts for whoever scrolls on."""
    text = query_text()
    try:
        query = parse(text)
        if "X-Fragment" in request.headers:
            return _apart(_more(text, query))
        return remember(_apart(_page(text, query)), text)
    except QuerySyntaxError as error:
        mistake = mistake_in(text, error)
        return render_template("gallery/mistake.html", query=text, mistake=mistake), 400


@bp.get("/posts/<id:post_id>/card")
def card(post_id: int) -> ResponseReturnValue:
    """Tell in short what a picture in the grid is; without the grid's script, its page does."""
    text = query_text()
    if "X-Fragment" not in request.headers:
        return redirect(url_for("posts.show", post_id=post_id, tags=text or None))
    post = get_post(deps().sessions, post_id, scope(), finder=deps().finder).post
    return _apart(render_template("gallery/_card.html", post=post, query=text))


def query_text() -> str:
    """Return the search that the address asks for."""
    return request.args.get("tags", "").strip()


def _page(text: str, query: Query) -> ResponseReturnValue:
    limit = page_limit()
    by = related_by(request.args.get("related"))
    understand(text)
    page = browse(
        deps().sessions,
        text,
        scope(),
        actor().account.id,
        _begin(query.limit or limit),
        limit=limit,
        related=by,
        finder=deps().finder,
    )
    answer = page.answer
    hiding.know(page.beside.hidden)
    if named := by_file_names(deps().sessions, answer, scope(), finder=deps().finder):
        return redirect(url_for(".index", tags=named, word=text))
    return render_template(
        "gallery/index.html",
        query=text,
        answer=answer,
        liked=page.beside.liked,
        saved=page.beside.saved,
        news=page.news,
        paging=Paging.of(answer),
        limit=limit,
        orders=list(order_links(query)),
        related_by=by,
        by_date=goes_by_date(query.order),
        shuffle=reshuffled(query) if query.order.by is OrderBy.RANDOM else None,
        page_url=lambda number: page_address(
            "gallery.index",
            tags=text or None,
            page=number if number > 1 else None,
            limit=limit if limit != preferences().limit else None,
            related=by if by is not RelatedBy.FREQUENT else None,
        ),
    )


def _more(text: str, query: Query) -> str:
    limit = page_limit()
    posts, beside = browse_on(
        deps().sessions,
        text,
        scope(),
        actor().account.id,
        _begin(query.limit or limit),
        limit=limit,
        finder=deps().finder,
    )
    hiding.know(beside.hidden)
    return render_template("gallery/_items.html", posts=posts, liked=beside.liked, query=text)


def _begin(limit: int) -> Cursor | int:
    """Return where the page begins that the address asks for."""
    for side in Side:
        if post_id := whole(request.args.get(side), 0, 0, LARGEST):
            return Cursor(side, post_id)
    return min((whole(request.args.get("page"), 1, 1, LARGEST) - 1) * limit, MAX_OFFSET)


def _apart(answer: ResponseReturnValue) -> Response:
    """Keep a page and its fragment apart where answers are kept: they have one address."""
    response = make_response(answer)
    response.vary.add("X-Fragment")
    return response


def page_limit() -> int:
    """Return how many posts a page has: as the address says, else as the visitor likes."""
    usual = preferences().limit
    limit = whole(request.args.get("limit"), usual, 1, LIMITS[-1])
    return limit if limit in LIMITS else usual


def related_by(text: str | None) -> RelatedBy:
    """Return which tags stand beside a page; what makes no sense means the usual ones."""
    return RelatedBy(text) if text in set(RelatedBy) else RelatedBy.FREQUENT


def whole(text: str | None, default: int, low: int, high: int) -> int:
    """Return the number that part of an address says, kept within bounds."""
    number = plain_number(text, most_digits=DIGITS)
    return default if number is None else max(low, min(number, high))
