"""What is known of tags, for programs: the list of them, one of them, and what leads where."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidInput, InvalidTagName
from homebooru.phrases import phrase
from homebooru.services.searching import check_page
from homebooru.services.tags.browsing import TagEntry, TagOrder, TagWish, browse_tags
from homebooru.services.tags.links import LinkWish, Lister, list_aliases, list_implications
from homebooru.services.tags.page import get_tag_page
from homebooru.web.api.describing import described
from homebooru.web.api.posts import told_tag
from homebooru.web.api.schemas import (
    CATEGORY,
    ID,
    MOMENT,
    TAG,
    TEXT,
    WHOLE,
    answer,
    by_name,
    extended,
    listed,
    optional,
)
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import whole_number
from homebooru.web.review.teaching_api import SCORE, told_score
from homebooru.web.tags.changing import CATEGORIES
from homebooru.web.tags.pages import pattern_of

bp = Blueprint("tags_api", __name__, url_prefix="/api")

USUAL = 100
PAGE = {"name": TEXT, "limit": WHOLE, "offset": WHOLE}
LISTED = extended("ListedTag", TAG, aliases=listed(TEXT))
WHOLE_TAG = extended(
    "TagWithMeaning",
    LISTED,
    category_by=optional(TEXT),
    description=TEXT,
    meaning=optional(TEXT),
    implies=listed(TEXT),
    implied_by=listed(TEXT),
    examples=listed(ID),
    related=listed(TAG),
    models=by_name(SCORE),
)
LINK = answer("TagLink", tag=TEXT, other=TEXT, by=TEXT, made_at=MOMENT)


@bp.get("/tags")
@described(
    {200: answer("Tags", tags=listed(LISTED))},
    query=PAGE | {"category": CATEGORY, "order": {"enum": [order.value for order in TagOrder]}},
)
def index() -> ResponseReturnValue:
    """List tags that are on posts, of one `category`: those that fit `name`, with `*` for any signs."""
    category, order = request.args.get("category"), request.args.get("order", TagOrder.COUNT)
    if category is not None and category not in CATEGORIES:
        raise InvalidInput(phrase("There is no category {category!r}.", category=category))
    if order not in set(TagOrder):
        raise InvalidInput(phrase("Tags come by {orders}.", orders=", ".join(TagOrder)))
    wish = TagWish(
        pattern=pattern_of(request.args.get("name", "")),
        categories=None if category is None else frozenset({CATEGORIES[category]}),
        order=TagOrder(order),
        hide_empty=True,
    )
    limit, offset = _page()
    found = browse_tags(
        deps().sessions, wish, scope(), limit=limit, offset=offset, finder=deps().finder
    )
    return jsonify(tags=[_listed(tag) for tag in found])


@bp.get("/tags/<path:name>")
@described({200: WHOLE_TAG})
def show(name: str) -> ResponseReturnValue:
    """Tell what is known of a tag: its count, other names, what it implies, its description.

    `models` scores what each model says of it, from its floor on.
    """
    try:
        wish = TagWish(names=frozenset({tag_name(name)}))
    except InvalidTagName:
        abort(404)
    page = get_tag_page(deps().sessions, wish, scope(), finder=deps().finder)
    return jsonify(
        _listed(page.tag)
        | {
            "aliases": page.aliases,
            "category_by": page.category_by,
            "description": page.description,
            "meaning": page.meaning,
            "implies": page.implies,
            "implied_by": page.implied_by,
            "examples": [post.id for post in page.examples],
            "related": [told_tag(tag) for tag in page.related],
            "models": {each.source: told_score(each.all) for each in page.scores},
        }
    )


@bp.get("/vocabulary/aliases")
@described({200: answer("TagAliases", aliases=listed(LINK))}, query=PAGE)
def aliases() -> ResponseReturnValue:
    """List aliases: `tag` means `other`."""
    return jsonify(aliases=_links(list_aliases))


@bp.get("/vocabulary/implications")
@described({200: answer("TagImplications", implications=listed(LINK))}, query=PAGE)
def implications() -> ResponseReturnValue:
    """List implications: a post with `tag` has `other` too."""
    return jsonify(implications=_links(list_implications))


def _links(lister: Lister) -> list[dict[str, Any]]:
    limit, offset = _page()
    wish = LinkWish(pattern=pattern_of(request.args.get("name", "")))
    return [
        {
            "tag": link.antecedent,
            "other": link.consequent,
            "by": link.made_by,
            "made_at": link.created_at.isoformat(),
        }
        for link in lister(deps().sessions, wish, scope(), offset=offset, limit=limit)
    ]


def _page() -> tuple[int, int]:
    """Return how many are asked for, and from which on. Raises InvalidInput."""
    limit, offset = whole_number("limit", USUAL), whole_number("offset", 0)
    check_page(limit, offset)
    return limit, offset


def _listed(tag: TagEntry) -> dict[str, Any]:
    told = {"tag": tag.name, "category": tag.category.label, "count": tag.count}
    return told | {"aliases": tag.aliases}
