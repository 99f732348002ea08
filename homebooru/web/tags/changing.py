"""Changing what tags mean: what would follow is shown first, and everything can be taken back."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import Kind
from homebooru.domain.vocabulary.wishes import WITH_OTHER, Wish
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.tags import vocabulary
from homebooru.services.tags.browsing import TagWish, browse_tags
from homebooru.services.tags.forecasting import forecast
from homebooru.services.tags.taking_back import stop_undo, take_back
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps, scope
from homebooru.web.errors import status_of
from homebooru.web.tags.pages import tag_page

bp = Blueprint("tag_changes", __name__)

MOST_AT_ONCE = 2_000
"""How many changes are taken back while somebody waits for the page; more are left to a job."""
DONE = frozenset(Kind) - {Kind.IMPORT, Kind.REVERT}
CATEGORIES = {category.label: category for category in Category}


@bp.get("/tag_changes/new")
def preview() -> ResponseReturnValue:
    """Show what a change would do, and ask whether it shall be done."""
    try:
        wish = _as_meant(_wish(request.args))
        told = forecast(deps().sessions, wish, scope())
    except (InvalidInput, Conflict, NotFound) as error:
        return _refused(request.args, error)
    return render_template("tags/change.html", wish=wish, told=told, fields=_fields(wish))


@bp.post("/tag_changes")
def change() -> ResponseReturnValue:
    """Do what a form says, and show the tag as it is then."""
    try:
        wish = _wish(request.form)
        act_id = vocabulary.carry_out(deps().sessions, wish, _hand())
    except (InvalidInput, Conflict, NotFound) as error:
        return _refused(request.form, error)
    changed = wish.other if wish.kind in {Kind.RENAME, Kind.MERGE} and wish.other else wish.tag
    return redirect(f"{tag_page(changed)}?done={act_id or 0}", code=303)


@bp.post("/tag_changes/<id:act_id>/revert")
def revert(act_id: int) -> ResponseReturnValue:
    """Take a line of the history of tags back, and return to where it was shown.

    Where a job does it, the history of tags shows how far it is.
    """
    done = take_back(deps().sessions, act_id, _hand(), most=MOST_AT_ONCE)
    wanted = None if done.is_ordered else request.form.get("next")
    back = request.root_path + our_page(wanted) if wanted else url_for("tags.history")
    return redirect(back, code=303)


@bp.post("/tag_changes/<id:act_id>/stop")
def stop(act_id: int) -> ResponseReturnValue:
    """Leave what is being taken back as it is; what was done of it can be taken back too."""
    stop_undo(deps().sessions, act_id)
    return redirect(url_for("tags.history"), code=303)


def _wish(said: MultiDict[str, str]) -> Wish:
    kind = said.get("kind", "")
    if kind not in DONE:
        raise InvalidInput(phrase("Say what shall be done to the tag."))
    wanted = Kind(kind)
    return Wish(
        wanted,
        said.get("tag", ""),
        said.get("other", "") if wanted in WITH_OTHER else None,
        CATEGORIES.get(said.get("category", "")),
        said.get("text", ""),
    )


def _as_meant(wish: Wish) -> Wish:
    """Take a new name that is a tag in use already for what it would be: merging the two."""
    if wish.kind is not Kind.RENAME or wish.other is None:
        return wish
    named = TagWish(names=frozenset({wish.other}), hide_empty=True)
    is_used = browse_tags(deps().sessions, named, scope(), limit=1, finder=deps().finder)
    return Wish(Kind.MERGE, wish.tag, wish.other) if is_used else wish


def _fields(wish: Wish) -> dict[str, str]:
    """Return the wish as a form says it."""
    said = {"kind": wish.kind.value, "tag": wish.tag, "other": wish.other or ""}
    if wish.category is not None:
        said["category"] = wish.category.label
    return said


def _refused(
    said: MultiDict[str, str], error: InvalidInput | Conflict | NotFound
) -> ResponseReturnValue:
    tag = said.get("tag", "")
    return render_template("tags/refused.html", tag=tag, reason=error), status_of(error)


def _hand() -> Hand:
    via = Via.WEB if actor().key_id is None else Via.API
    return Hand(account_id=actor().account.id, via=via)
