"""What programs asked of a file-based HomeBooru, answered in the same words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.editing.edits import Edit, difference
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.posts import PostView
from homebooru.domain.takeover.asking import FOLDER, asked_today
from homebooru.services.editing.box import read_box
from homebooru.services.editing.posts import edit_post
from homebooru.services.searching import MAX_OFFSET, search
from homebooru.services.takeover.addresses import post_at
from homebooru.services.trash.showing import throw_away
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, ID, TEXT, WHOLE, answer, listed, wish
from homebooru.web.current import deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import needed_text, sent, text_in, whole_number

bp = Blueprint("older_api", __name__, url_prefix="/api")

A_PAGE = 50
IMAGE = answer("OldImage", id=ID, path=TEXT, thumb=TEXT, tags=TEXT)
IMAGES = answer(
    "OldImages",
    images=listed(IMAGE),
    page=COUNT,
    total_pages=COUNT,
    total_results=COUNT,
    has_more=FLAG,
)
DONE = answer("OldDone", status={"const": "success"})


@bp.get("/images")
@described({200: IMAGES}, query={"query": TEXT, "page": WHOLE, "seed": WHOLE})
def images() -> ResponseReturnValue:
    """Tell a page of 50 pictures that an old `query` finds; with a `seed` they are shuffled.

    It is here for programs that knew an older HomeBooru: `/api/posts` tells more.
    """
    page = max(1, whole_number("page", 1))
    text = asked_today(request.args.get("query", ""))
    if "seed" in request.args:
        text += f" order:random:{whole_number('seed', 0)}"
    offset = min((page - 1) * A_PAGE, MAX_OFFSET)
    found = search(
        deps().sessions, text, scope(), limit=A_PAGE, offset=offset, finder=deps().finder
    )
    pages = -(-found.count // A_PAGE)
    return jsonify(
        images=[_image(post) for post in found.posts],
        page=page,
        total_pages=pages,
        total_results=found.count,
        has_more=page < pages,
    )


@bp.post("/edit_tags")
@described({200: DONE}, body=wish("filepath", filepath=TEXT, tags=TEXT))
def edit_tags() -> ResponseReturnValue:
    """Let the picture at `filepath` have just these `tags`; new ones are made.

    It is here for programs that knew an older HomeBooru: `/api/posts/{post_id}/tags` changes what
    is to be changed, and nothing that somebody else changes meanwhile.
    """
    body = sent()
    post_id = post_at(deps().sessions, needed_text(body, "filepath"), scope())
    seen = Edit(add=frozenset(tag.name for tag in read_box(deps().sessions, post_id, scope()).tags))
    wished = difference(seen, read_edit(text_in(body, "tags") or ""))
    edit_post(deps().sessions, post_id, wished, scope(), hand(), create=True)
    return jsonify(status="success")


@bp.post("/delete_image")
@described({200: DONE}, body=wish("filepath", filepath=TEXT))
def delete_image() -> ResponseReturnValue:
    """Put the picture at `filepath` into the trash, from which it can come back.

    It is here for programs that knew an older HomeBooru, where it was gone for good.
    """
    post_id = post_at(deps().sessions, needed_text(sent(), "filepath"), scope())
    throw_away(deps().sessions, post_id, scope(), hand())
    return jsonify(status="success")


def _image(post: PostView) -> dict[str, Any]:
    path = next((place.path for place in post.locations), f"{post.id}")
    return {
        "id": post.id,
        "path": FOLDER + path,
        "thumb": url_for("media.thumbnail_of", post_id=post.id, size=360),
        "tags": " ".join(tag.name for tag in post.tags),
    }
