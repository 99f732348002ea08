"""Posts like another one, in three ways: a page, a strip on that post's page, and for programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.alike.subject import by_tags
from homebooru.services.duplicates.showing import same_picture
from homebooru.services.similar import MOST, looks_like, serving_model
from homebooru.web.addresses import outside
from homebooru.web.alike.reasons import Match, copy_kind_name, of_looks, of_same, of_subject
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    ADDRESS,
    ID,
    NAMED_TAG,
    SHARE,
    TEXT,
    WHOLE,
    answer,
    listed,
    optional,
)
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import whole_number

bp = Blueprint("similar", __name__)
bp.add_app_template_filter(copy_kind_name)
api = Blueprint("similar_api", __name__, url_prefix="/api/posts")

STRIP, PAGE = 16, 100


class Way(StrEnum):
    """In what posts may be alike; the value stands in addresses."""

    LOOKS = "looks"
    SUBJECT = "subject"
    SAME = "same"


ALIKE = answer(
    "AlikePost",
    id=ID,
    likeness=optional(SHARE),
    tags=listed(NAMED_TAG),
    kind=optional(TEXT),
    page_url=ADDRESS,
    thumbnail_url=ADDRESS,
)


@bp.get("/posts/<id:post_id>/similar")
def show(post_id: int) -> ResponseReturnValue:
    """Show what is like a post: the best of it as a part of that post's page."""
    is_part = "X-Fragment" in request.headers
    named = request.args.get("by", Way.LOOKS)
    way = Way(named) if named in set(Way) else Way.LOOKS
    template = "posts/_similar.html" if is_part else "posts/similar.html"
    page = make_response(
        render_template(
            template,
            post_id=post_id,
            way=way,
            ways=list(Way),
            alike=_found(post_id, way, STRIP if is_part else PAGE),
            model=serving_model(deps().sessions) if way is Way.LOOKS else None,
        )
    )
    page.vary.add("X-Fragment")
    return page


@api.get("/<id:post_id>/similar")
@described(
    {200: answer("Similar", by={"enum": list(Way)}, similar=listed(ALIKE))},
    query={"by": {"enum": list(Way)}, "limit": WHOLE},
)
def tell(post_id: int) -> ResponseReturnValue:
    """Tell which posts are like one, the most alike first; at most `limit`.

    `by` says in what: `looks`, `subject` (by the tags that both have, of which the most telling
    are named), or `same` for other files of the same picture and its variants, with their `kind`.
    """
    named = request.args.get("by", Way.LOOKS)
    if named not in set(Way):
        raise InvalidInput(phrase("by is looks, subject or same."))
    limit = min(whole_number("limit", PAGE), MOST)
    found = _found(post_id, Way(named), limit)
    return jsonify(by=named, similar=[_told(one) for one in found])


def _found(post_id: int, way: Way, limit: int) -> list[Match]:
    sessions, seen = deps().sessions, scope()
    match way:
        case Way.LOOKS:
            return of_looks(looks_like(sessions, post_id, seen, limit=limit, finder=deps().finder))
        case Way.SUBJECT:
            return of_subject(by_tags(sessions, post_id, seen, limit=limit, finder=deps().finder))
        case Way.SAME:
            return of_same(same_picture(sessions, post_id, seen)[:limit])


def _told(one: Match) -> dict[str, Any]:
    return {
        "id": one.post.id,
        "likeness": None if one.likeness is None else round(one.likeness, 3),
        "tags": [{"name": tag.name, "category": tag.category.label} for tag in one.shared],
        "kind": one.kind,
        "page_url": outside("posts.show", one.post.id),
        "thumbnail_url": outside("media.thumbnail_of", one.post.id, size=360),
    }
