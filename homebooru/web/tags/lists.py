"""Bringing lists of tags, aliases and implications: what they would do is shown before it is done."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from homebooru.domain.accounts import Right
from homebooru.domain.vocabulary.arriving import BroughtList, Tally
from homebooru.domain.vocabulary.lists import SITES, ListKind
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.tags import bringing
from homebooru.services.tags.bringing import Label
from homebooru.web.current import deps
from homebooru.web.editing.wishes import hand
from homebooru.web.errors import status_of, wants_json
from homebooru.web.security import needs, takes_up_to

bp = Blueprint("tag_lists", __name__, url_prefix="/tag_lists")

LARGEST = 32 * 1024 * 1024
KINDS = {
    ListKind.TAGS: _("tags and their categories"),
    ListKind.ALIASES: _("aliases"),
    ListKind.IMPLICATIONS: _("implications"),
}
NEWS = {
    "new_tags": _("new tags"),
    "categories": _("tags in another category"),
    "aliases": _("new aliases"),
    "implications": _("new implications"),
}
"""What a list changes."""
REST = {
    "known": _("known already"),
    "passed_over": _("not active over there, passed over"),
    "outranked": _("left as a person or a more trusted source has them"),
    "circles": _("would go round in a circle, left out"),
    "bad": _("could not be read"),
}
"""What of a list changes nothing."""


@bp.get("")
@needs(Right.ADMIN)
def index() -> ResponseReturnValue:
    """Ask for lists, and show those that were brought."""
    return _index()


@bp.post("")
@needs(Right.ADMIN)
@takes_up_to(LARGEST)
def bring() -> ResponseReturnValue:
    """Keep the files that were sent, and have each looked through."""
    files = [file for file in request.files.getlist("file") if file.filename]
    try:
        if not files:
            raise InvalidInput(phrase("Choose a file."))
        made = [
            bringing.bring_list(deps().sessions, file.stream, _label(file.filename or ""), hand())
            for file in files
        ]
    except InvalidInput as error:
        if wants_json():
            raise
        return _index(mistake=error.args[0]), status_of(error)
    if len(made) > 1:
        return redirect(url_for(".index"), code=303)
    return redirect(url_for(".show", list_id=made[0]), code=303)


@bp.get("/<id:list_id>")
@needs(Right.ADMIN)
def show(list_id: int) -> ResponseReturnValue:
    """Show what a list brings, or how far it is."""
    return _shown(bringing.show_list(deps().sessions, list_id))


@bp.post("/<id:list_id>/take")
@needs(Right.ADMIN)
def take(list_id: int) -> ResponseReturnValue:
    """Take a list up, as it was shown."""
    bringing.take_up(deps().sessions, list_id, hand())
    return redirect(url_for(".show", list_id=list_id), code=303)


@bp.post("/<id:list_id>/stop")
@needs(Right.ADMIN)
def stop(list_id: int) -> ResponseReturnValue:
    """Stop what is at a list; it can be taken up again."""
    bringing.stop_list(deps().sessions, list_id)
    return redirect(url_for(".show", list_id=list_id), code=303)


@bp.post("/<id:list_id>/drop")
@needs(Right.ADMIN)
def drop(list_id: int) -> ResponseReturnValue:
    """Forget a list; what it brought stays."""
    bringing.drop_list(deps().sessions, list_id)
    return redirect(url_for(".index"), code=303)


@bp.app_template_filter()
def changes_in(tally: Tally) -> list[tuple[str, int]]:
    """Return what a list changes, in words, with how often."""
    return [(str(words), getattr(tally, name)) for name, words in NEWS.items()]


@bp.app_template_filter()
def rest_of(tally: Tally) -> list[tuple[str, int]]:
    """Return what of a list changes nothing, in words, with how often."""
    return [(str(words), count) for name, words in REST.items() if (count := getattr(tally, name))]


@bp.app_template_filter()
def list_name(kind: ListKind) -> str:
    """Say what a list is of."""
    return str(KINDS[kind])


def _label(name: str) -> Label:
    kind, site = request.form.get("kind", ""), request.form.get("site", "")
    return Label(
        name,
        ListKind(kind) if kind in set(ListKind) else None,
        site if site in SITES else None,
        "other_names" in request.form,
    )


def _index(*, mistake: str | None = None) -> str:
    return render_template(
        "tags/lists.html",
        found=bringing.list_lists(deps().sessions),
        kinds=list(ListKind),
        sites=list(SITES),
        mistake=mistake,
    )


def _shown(found: BroughtList) -> ResponseReturnValue:
    page = "tags/_list.html" if "X-Fragment" in request.headers else "tags/list.html"
    answer = make_response(render_template(page, found=found))
    answer.vary.add("X-Fragment")
    return answer
