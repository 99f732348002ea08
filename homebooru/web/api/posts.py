"""Posts for programs: searches page by page, and one post with everything said about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.paging import Cursor, Side
from homebooru.domain.posts import PostDetails, PostView, RelatedBy, SearchAnswer, TagView
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.paging import search_beside
from homebooru.services.posts import get_post
from homebooru.services.searching import LARGEST_ID, search
from homebooru.services.telling import details_document, moment, post_document
from homebooru.web.addresses import outside
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import TEXT, WHOLE, Schema
from homebooru.web.api.shapes import FOUND, WHOLE_POST
from homebooru.web.current import deps, scope
from homebooru.web.sources.alike import understand

bp = Blueprint("posts_api", __name__, url_prefix="/api/posts")

USUAL = 40
RELATED: Schema = {"enum": list(RelatedBy)}
DIGITS = 10


@bp.get("")
@described(
    {200: FOUND},
    query={"q": TEXT, "limit": WHOLE, "after": WHOLE, "before": WHOLE, "related": RELATED},
)
def index() -> ResponseReturnValue:
    """Search for `q`; `limit` says how many are on a page, `after` and `before` a post beside it.

    `related` are the tags that most posts have, or the most typical ones. `next` and `previous` are the addresses of the pages around this one.
    """
    text, cursor = request.args.get("q", "").strip(), _cursor()
    limit = USUAL if (asked := _number("limit")) is None else asked
    understand(text)
    if cursor is None:
        found = search(
            deps().sessions, text, scope(), limit=limit, related=_related(), finder=deps().finder
        )
    else:
        found = search_beside(
            deps().sessions,
            text,
            scope(),
            cursor,
            limit=limit,
            related=_related(),
            finder=deps().finder,
        )
    return jsonify(_answer(found, cursor))


@bp.get("/<id:post_id>")
@described({200: WHOLE_POST})
def show(post_id: int) -> ResponseReturnValue:
    """Tell of a post, with everything that is said about it."""
    return jsonify(_details(get_post(deps().sessions, post_id, scope(), finder=deps().finder)))


def _cursor() -> Cursor | None:
    """Return the post beside which the page lies. Raises InvalidInput where two are named."""
    named = [
        Cursor(side, number)
        for side in (Side.AFTER, Side.BEFORE)
        if (number := _number(side)) is not None
    ]
    if len(named) > 1:
        raise InvalidInput(phrase("A page lies after a post, or before one: name one of them."))
    return named[0] if named else None


def _related() -> RelatedBy:
    """Return which tags of the result are asked for. Raises InvalidInput."""
    text = request.args.get("related", RelatedBy.FREQUENT)
    if text not in set(RelatedBy):
        raise InvalidInput(phrase("related is frequent or typical."))
    return RelatedBy(text)


def _number(name: str) -> int | None:
    """Return a number of the address, or None without one. Raises InvalidInput."""
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > DIGITS:
        raise InvalidInput(phrase("{name} wants a number.", name=name))
    return min(int(text), LARGEST_ID)


def _answer(found: SearchAnswer, cursor: Cursor | None) -> dict[str, Any]:
    return {
        "query": found.query,
        "count": found.count,
        "limit": found.limit,
        "posts": [_post(post) for post in found.posts],
        "related": [told_tag(tag) for tag in found.related],
        "previous": _page(found, Side.BEFORE, cursor) if found.offset else None,
        "next": _page(found, Side.AFTER, cursor) if _has_more(found) else None,
        "unknown": [
            {"tag": tag.name, "position": tag.position, "nearest": list(tag.nearest)}
            for tag in found.unknown
        ],
        "unknown_holders": [
            {"term": one.term, "nearest": list(one.nearest)} for one in found.unknown_holders
        ],
        "nearest": found.nearest,
        "undescribed": found.undescribed,
        "drop": [{"term": drop.term, "count": drop.count} for drop in found.drop],
    }


def _has_more(found: SearchAnswer) -> bool:
    return found.offset + len(found.posts) < found.count


def _page(found: SearchAnswer, side: Side, cursor: Cursor | None) -> str | None:
    """Return the address of the page on one side of this one; of an empty one, beside its post."""
    if found.posts:
        beside = found.posts[0 if side is Side.BEFORE else -1].id
    elif cursor is not None:
        beside = cursor.post_id
    else:
        return None
    asked: dict[str, Any] = {"q": found.query or None, "limit": request.args.get("limit")}
    asked[side] = beside
    return url_for(".index", _external=True, **asked)


def _post(post: PostView) -> dict[str, Any]:
    return post_document(post) | {
        "sha1": post.sha1,
        "mime": post.mime,
        "size": post.size,
        "width": post.width,
        "height": post.height,
        "duration": post.duration,
        "frames": post.frames,
        "state": post.state,
        "score": post.score,
        "stars": post.stars,
        "sources": list(post.sources),
        "description": post.description,
        "parent": post.parent_id,
        "has_children": post.has_children,
        "dated_at": moment(post.dated_at),
        "created_at": moment(post.created_at),
        "missing_since": moment(post.missing_since),
        "trashed_at": moment(post.trashed_at),
        "reviewed_at": moment(post.reviewed_at),
        "page_url": outside("posts.show", post.id),
        "file_url": outside("media.file", post.id),
        "thumbnail_url": outside("media.thumbnail_of", post.id, size=360),
    }


def _details(details: PostDetails) -> dict[str, Any]:
    return (
        details_document(details)
        | _post(details.post)
        | {
            "tag_counts": {tag.name: tag.count for tag in details.post.tags},
            "children": list(details.children),
            "earlier": details.earlier,
            "suggested": [told_tag(tag) for tag in details.suggested],
        }
    )


def told_tag(tag: TagView) -> dict[str, Any]:
    """Return a tag as programs are told of it."""
    return {"tag": tag.name, "category": tag.category.label, "count": tag.count}
