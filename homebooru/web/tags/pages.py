"""Lists of tags, aliases and implications, and the page of a tag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from homebooru.domain.tags import Category, tag_name
from homebooru.domain.vocabulary.acts import ActView, Kind
from homebooru.errors import InvalidTagName
from homebooru.services.tags.browsing import TagOrder, TagWish, browse_tags
from homebooru.services.tags.history import list_acts
from homebooru.services.tags.links import LinkWish, Lister, list_aliases, list_implications
from homebooru.services.tags.page import get_tag_page
from homebooru.services.tags.taking_back import list_undos
from homebooru.web.addresses import once
from homebooru.web.current import deps, scope
from homebooru.web.gallery import whole
from homebooru.web.words import ORDER

bp = Blueprint("tags", __name__)

PAGE = 100
MOST_PAGES = 1_000
LARGEST_ID = 2**31 - 1
ODD = re.compile(
    r"//|^/|/$|^\.{1,2}$|/\.{1,2}(/|$)|^\.{1,2}/"
)  # steps in a path, or nothing at all
CATEGORIES = {category.label: category for category in Category}
ACT_NAMES = {
    Kind.RENAME: lazy_gettext("Renamed"),
    Kind.MERGE: lazy_gettext("Merged"),
    Kind.ALIAS: lazy_gettext("Alias made"),
    Kind.UNALIAS: lazy_gettext("Alias removed"),
    Kind.IMPLY: lazy_gettext("Implication made"),
    Kind.UNIMPLY: lazy_gettext("Implication removed"),
    Kind.CATEGORISE: lazy_gettext("Category changed"),
    Kind.DESCRIBE: lazy_gettext("Described"),
    Kind.IMPORT: lazy_gettext("List imported"),
    Kind.REVERT: lazy_gettext("Taken back"),
}

T = TypeVar("T")


@bp.get("/tags")
def index() -> ResponseReturnValue:
    """List tags: those whose names fit, of one category, in an order."""
    name, category = request.args.get("name", "").strip(), request.args.get("category", "")
    order = request.args.get("order", TagOrder.COUNT)
    wish = TagWish(
        pattern=pattern_of(name),
        categories=frozenset({CATEGORIES[category]}) if category in CATEGORIES else None,
        order=TagOrder(order) if order in set(TagOrder) else TagOrder.COUNT,
        hide_empty="empty" not in request.args,
    )
    page = _page()
    found = browse_tags(
        deps().sessions,
        wish,
        scope(),
        offset=(page - 1) * PAGE,
        limit=PAGE + 1,
        finder=deps().finder,
    )
    return render_template(
        "tags/index.html", tags=found[:PAGE], wish=wish, name=name, **_paging(found, page)
    )


@bp.get("/tags/<id:tag_id>")
def show_number(tag_id: int) -> ResponseReturnValue:
    """Lead from a tag's number to its name, as it is called now; a name may be a number too."""
    wish = TagWish(ids=frozenset({tag_id}))
    for tag in browse_tags(deps().sessions, wish, scope(), limit=1, finder=deps().finder):
        return redirect(tag_page(tag.name))
    return show(str(tag_id))


@bp.get("/wiki_pages/<path:name>")
@bp.get("/tags/<path:name>")
def show(name: str) -> ResponseReturnValue:
    """Show a tag; Danbooru calls such a page a wiki page."""
    try:
        spelled = tag_name(name)
    except InvalidTagName:
        abort(404)
    wish = TagWish(names=frozenset({spelled}))
    page = get_tag_page(deps().sessions, wish, scope(), finder=deps().finder)
    return render_template("tags/show.html", page=page, tag=page.tag)


@bp.get("/tag_aliases")
def aliases() -> ResponseReturnValue:
    return _links(list_aliases, "alias")


@bp.get("/tag_implications")
def implications() -> ResponseReturnValue:
    return _links(list_implications, "implication")


@bp.get("/tag_changes")
def history() -> ResponseReturnValue:
    """Show what was done to tags, by whom and when."""
    before = whole(request.args.get("before"), 0, 0, LARGEST_ID) or None
    tag = request.args.get("tag") or None
    acts = list_acts(deps().sessions, scope(), limit=PAGE // 2, before=before, tag=tag)
    is_full = len(acts) == PAGE // 2
    older = url_for(".history", before=acts[-1].id, tag=tag) if is_full else None
    page = "tags/_history.html" if "X-Fragment" in request.headers else "tags/history.html"
    undoing = list_undos(deps().sessions, scope())
    answer = make_response(
        render_template(page, acts=acts, about=tag, older=older, undoing=undoing)
    )
    answer.vary.add("X-Fragment")
    return answer


@bp.app_template_global()
def acts_between(since: datetime | None, until: datetime | None) -> tuple[ActView, ...]:
    """Return what was done to tags since a moment and before another, for the whole history."""
    return list_acts(deps().sessions, scope(), limit=PAGE, since=since, until=until)


@bp.app_template_filter()
def act_name(kind: Kind) -> str:
    """Say what was done."""
    return str(ACT_NAMES[kind])


@bp.app_template_global()
def all_categories() -> tuple[Category, ...]:
    """Return all categories, in the order in which pages list them."""
    return ORDER


@bp.app_template_global()
def tag_page(name: str) -> str:
    """Return the address of a tag's page.

    Where a number is the name, Danbooru's other address means no id; what no path can hold is
    looked for in the list.
    """
    if ODD.search(name):
        return f"{once('tags.index')}?{urlencode({'name': name, 'empty': 1})}"
    folder = "wiki_pages" if name.isdigit() else "tags"
    return f"{once('tags.index').removesuffix('tags')}{folder}/{quote(name)}"


def _links(lister: Lister, kind: str) -> ResponseReturnValue:
    name, page = request.args.get("name", "").strip(), _page()
    found = lister(
        deps().sessions,
        LinkWish(pattern=pattern_of(name)),
        scope(),
        offset=(page - 1) * PAGE,
        limit=PAGE + 1,
    )
    return render_template(
        "tags/links.html", links=found[:PAGE], kind=kind, name=name, **_paging(found, page)
    )


def _page() -> int:
    return whole(request.args.get("page"), 1, 1, MOST_PAGES)


def _paging(found: Sequence[T], page: int) -> dict[str, str | int | None]:
    """Return where a list goes on, asked for as it was up to here."""
    here = {key: value for key, value in request.args.items() if key != "page"}

    def at(number: int) -> str:
        return url_for(str(request.endpoint), **here, page=number)  # type: ignore[arg-type]

    return {
        "number": page,
        "previous": at(page - 1) if page > 1 else None,
        "following": at(page + 1) if len(found) > PAGE and page < MOST_PAGES else None,
    }


def pattern_of(name: str) -> str | None:
    """Return the names that are meant: what is typed alone stands anywhere in them."""
    spelled = "_".join(name.lower().replace("\0", "").split())
    if not spelled:
        return None
    return spelled if "*" in spelled else f"*{spelled}*"
