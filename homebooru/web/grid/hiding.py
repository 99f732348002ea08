"""Hiding tags: which of them a post is hidden for, and the buttons that hide and show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint, g, redirect, request
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import PostView
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services import hiding
from homebooru.services.hiding import Hidden
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps, scope
from homebooru.web.preferences import preferences

bp = Blueprint("hiding", __name__)


@bp.app_template_global()
def hidden_by(post: PostView) -> Sequence[str]:
    """Return the tags for which a post is not shown at once; none while everything is shown."""
    return _hidden_by(post, _meanings()) if preferences().hides else ()


@bp.app_template_filter()
def with_hidden(posts: Iterable[PostView]) -> list[tuple[PostView, Sequence[str]]]:
    """Return posts, each with what it is `hidden_by`."""
    hidden = _meanings() if preferences().hides else {}
    return [(post, _hidden_by(post, hidden)) for post in posts]


def _hidden_by(post: PostView, hidden: Mapping[str, str]) -> Sequence[str]:
    if not hidden:
        return ()
    return sorted({hidden[tag.name] for tag in post.tags if tag.name in hidden})


@bp.app_template_global()
def hidden_here(query: str) -> Hidden | None:
    """Tell what of a search is hidden, or None where the visitor hides nothing at all."""
    names = _tags()
    return (
        hiding.count_hidden(deps().sessions, query, names, scope(), finder=deps().finder)
        if names
        else None
    )


def know(names: frozenset[str]) -> None:
    """Take the tags that the visitor hides from who has read them already."""
    g.hidden_tags = names


@bp.post("/hidden")
def change() -> ResponseReturnValue:
    """Hide a tag or show it again, and go back to where the form was sent from."""
    change = hiding.hide_tag if "hide" in request.form else hiding.show_tag
    name = request.form.get("hide") or request.form.get("show")
    if not name:
        raise InvalidInput(phrase("Say which tag to hide or to show."))
    change(deps().sessions, actor().account.id, name)
    return redirect(request.root_path + our_page(request.form.get("next")), code=303)


def _meanings() -> dict[str, str]:
    if "hidden_meanings" not in g:
        g.hidden_meanings = hiding.hidden_meanings(deps().sessions, _tags())
    meant: dict[str, str] = g.hidden_meanings
    return meant


def _tags() -> frozenset[str]:
    if "hidden_tags" not in g:
        g.hidden_tags = hiding.hidden_tags(deps().sessions, actor().account.id)
    names: frozenset[str] = g.hidden_tags
    return names
