"""Liking posts: by the heart on a page, for a whole selection, and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import PostView
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.keeping import favourites
from homebooru.web.addresses import our_page
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import FLAG, ID, POSTS, answer, listed
from homebooru.web.current import actor, deps, scope
from homebooru.web.keeping.bodies import sent
from homebooru.web.keeping.selection import named, numbers, selected

bp = Blueprint("favourites", __name__)

LIKED = answer("Liked", id=ID, favourite=FLAG)
CHANGED = answer("Favourites", ids=listed(ID), changed=listed(ID))

CHANGES = {"add": favourites.add_favourites, "remove": favourites.remove_favourites}


@bp.app_template_global()
def liked_among(posts: Sequence[PostView]) -> frozenset[int]:
    """Return which of the posts of a page the visitor likes."""
    return favourites.favourites_among(
        deps().sessions, actor().account.id, [post.id for post in posts]
    )


@bp.post("/favourites")
def change() -> ResponseReturnValue:
    """Add or remove what a form names, and go back to where it was sent from.

    `add` or `remove` is the number of a post; or `does` says which, for the posts in `ids` or all
    that the search in `tags` finds.
    """
    post_id = request.form.get("add") or request.form.get("remove")
    if post_id is not None:
        does, wanted = "add" if "add" in request.form else "remove", numbers(post_id)
    else:
        does, wanted = request.form.get("does", ""), selected()
    if does not in CHANGES:
        raise InvalidInput(phrase("Favourites can be added or removed."))
    CHANGES[does](deps().sessions, actor().account.id, wanted, scope())
    if "X-Fragment" in request.headers:
        return "", 204
    place = f"#post-{wanted[0]}" if "anchor" in request.form and len(wanted) == 1 else ""
    return redirect(request.root_path + our_page(request.form.get("next")) + place, code=303)


@bp.put("/api/posts/<id:post_id>/favourite")
@described({200: LIKED})
def add(post_id: int) -> ResponseReturnValue:
    """Like a post."""
    favourites.like(deps().sessions, actor().account.id, post_id, scope())
    return jsonify(id=post_id, favourite=True)


@bp.delete("/api/posts/<id:post_id>/favourite")
@described({200: LIKED})
def remove(post_id: int) -> ResponseReturnValue:
    """Like a post no more."""
    favourites.unlike(deps().sessions, actor().account.id, post_id, scope())
    return jsonify(id=post_id, favourite=False)


@bp.put("/api/favourites")
@described({200: CHANGED}, body=POSTS)
def add_many() -> ResponseReturnValue:
    """Add the posts in `ids`, or all that `q` finds; `changed` are those that were none before."""
    return _change_many("add")


@bp.delete("/api/favourites")
@described({200: CHANGED}, body=POSTS)
def remove_many() -> ResponseReturnValue:
    """Remove the posts in `ids`, or all that `q` finds; `changed` are those that were some before."""
    return _change_many("remove")


def _change_many(does: str) -> ResponseReturnValue:
    done = CHANGES[does](deps().sessions, actor().account.id, named(sent()), scope())
    return jsonify(ids=done.seen, changed=done.changed)
