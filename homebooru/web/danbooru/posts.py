"""Posts: searches page by page, one post, a random one, and how many a search finds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import PostView
from homebooru.domain.query import Query, parse, unparse
from homebooru.domain.query.orders import NEWEST_FIRST, Order, OrderBy
from homebooru.domain.query.tree import all_of
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.keeping.favourites import favourites_among
from homebooru.services.posts import get_post
from homebooru.services.searching import search, search_on
from homebooru.web.current import actor, deps, scope
from homebooru.web.danbooru.answering import answer
from homebooru.web.danbooru.files import Addresses
from homebooru.web.danbooru.paging import Page, asked_page
from homebooru.web.danbooru.post import post_document
from homebooru.web.orders import reshuffled

bp = Blueprint("posts", __name__)

OLDEST_FIRST = Order(OrderBy.ID, descending=False)
MD5 = re.compile(r"[0-9a-f]{32}")
BY_ID = re.compile(r"id:\d+(,\d+)*", re.ASCII)
YES = frozenset({"1", "true", "yes", "on", "t"})


@bp.get("/posts.json")
def index() -> ResponseReturnValue:
    """List a page of a search; `md5` asks for one post alone."""
    if "md5" in request.args:
        return answer(_documents([_by_md5(request.args["md5"].lower())])[0])
    return answer(_documents(_listed(asked_page())))


@bp.get("/posts/<id:post_id>.json")
def show(post_id: int) -> ResponseReturnValue:
    return answer(
        _documents([get_post(deps().sessions, post_id, scope(), finder=deps().finder).post])[0]
    )


@bp.get("/posts/random.json")
def show_random() -> ResponseReturnValue:
    """Show any one post of a search."""
    found = _found(reshuffled(parse(_text())), 0, 1)
    if not found:
        raise NotFound(phrase("This search finds no post."))
    return answer(_documents(found[:1])[0])


@bp.get("/counts/posts.json")
def count() -> ResponseReturnValue:
    found = search(deps().sessions, _text(), scope(), limit=1, finder=deps().finder)
    return answer({"counts": {"posts": found.count}})


def _text() -> str:
    """Return the search that is asked for.

    Whoever asks for posts by their ids gets each of them, missing or trashed as it may be: the
    ids come from an answer of ours.
    """
    text = request.args.get("tags", "").strip()
    return f"{text} status:any" if BY_ID.fullmatch(text) else text


def _listed(page: Page) -> Sequence[PostView]:
    query = parse(_text())
    if page.below is not None:
        return _found(_beyond(query, f"id:<{page.below}", NEWEST_FIRST), 0, page.limit)
    if page.above is not None:
        return _found(_beyond(query, f"id:>{page.above}", OLDEST_FIRST), 0, page.limit)[::-1]
    limit = query.limit or page.limit
    offset = (page.number - 1) * limit
    shuffled = request.args.get("random", "").lower() in YES
    return _found(reshuffled(query) if shuffled else unparse(query), offset, limit)


def _beyond(query: Query, bound: str, order: Order) -> str:
    """Return the search for the posts next to an id, whatever its own order."""
    return unparse(Query(all_of(query.tree, parse(bound).tree), order, query.limit))


def _found(text: str, offset: int, limit: int) -> Sequence[PostView]:
    return search_on(deps().sessions, text, scope(), offset, limit=limit, finder=deps().finder)


def _by_md5(md5: str) -> PostView:
    found = _found(f"md5:{md5} status:any", 0, 1) if MD5.fullmatch(md5) else ()
    if not found:
        raise NotFound(phrase("No post has this MD5."))
    return found[0]


def _documents(posts: Sequence[PostView]) -> list[dict[str, Any]]:
    addresses, unrated_as = Addresses.for_visitor(), scope().unrated_as
    account, ids = actor().account, [post.id for post in posts]
    liked = favourites_among(deps().sessions, account.id, ids)
    return [post_document(post, addresses, unrated_as, liked) for post in posts]
