"""Posts that look like another one: a page, a strip on that post's page, and an answer for programs."""

from __future__ import annotations

from flask import Blueprint, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.services.similar import MOST, looks_like, serving_model
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import ADDRESS, ID, SHARE, WHOLE, answer, listed
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import whole_number

bp = Blueprint("similar", __name__)

STRIP, PAGE = 16, 100
ALIKE = answer("Alike", id=ID, likeness=SHARE, page_url=ADDRESS, thumbnail_url=ADDRESS)


@bp.get("/posts/<id:post_id>/similar")
def show(post_id: int) -> ResponseReturnValue:
    """Show what looks like a post: the best of it as a part of that post's page."""
    is_part = "X-Fragment" in request.headers
    found = looks_like(deps().sessions, post_id, scope(), limit=STRIP if is_part else PAGE)
    template = "posts/_similar.html" if is_part else "posts/similar.html"
    model = serving_model(deps().sessions)
    page = make_response(render_template(template, post_id=post_id, alike=found, model=model))
    page.vary.add("X-Fragment")
    return page


@bp.get("/api/posts/<id:post_id>/similar")
@described({200: answer("Similar", similar=listed(ALIKE))}, query={"limit": WHOLE})
def tell(post_id: int) -> ResponseReturnValue:
    """Tell which posts look like one, the most alike first; at most `limit`."""
    limit = min(whole_number("limit", PAGE), MOST)
    found = looks_like(deps().sessions, post_id, scope(), limit=limit)
    return jsonify(
        similar=[
            {
                "id": one.post.id,
                "likeness": round(one.likeness, 3),
                "page_url": url_for("posts.show", post_id=one.post.id, _external=True),
                "thumbnail_url": url_for(
                    "media.thumbnail_of", post_id=one.post.id, size=360, _external=True
                ),
            }
            for one in found
        ]
    )
