"""Pairs of posts that are alike, one after the other; what was decided."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from homebooru.domain.accounts import Right
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.rules import RULES
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.duplicates import deciding, reviewing
from homebooru.services.duplicates.deciding import Wish
from homebooru.web.current import deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import whole_number
from homebooru.web.posts import picture_of
from homebooru.web.security import needs

bp = Blueprint("duplicates", __name__, url_prefix="/duplicates")

LATER = "later"
KINDS = {
    "pixels": _("The same pixels"),
    "copy": _("The same picture"),
    "retouched": _("The same but for a part: text, or a detail"),
    "colours": _("The same in other colours or light"),
    "part": _("One is a part of the other"),
    "mirrored": _("One is the mirror image of the other"),
}
CHOICES = {
    "one": _("the first is better"),
    "other": _("the second is better"),
    "both": _("the same, both stay"),
    "variants": _("variants"),
    "unrelated": _("not the same"),
}
FATES = {
    "trash": _("Into the trash"),
    "hide": _("Hidden, its file stays"),
    "stay": _("Stays as it is"),
}

Word = TypeVar("Word", Choice, Fate)


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the pair that is next, or the one that is named, or only what changes."""
    one, other = (request.args.get(name, 0, type=int) for name in ("one", "other"))
    variants = "variants" in request.args
    named = (one, other) if one and other else None
    reader = deps().traits()
    desk = reviewing.open_desk(deps().sessions, scope(), reader, variants=variants, at=named)
    is_part = "X-Fragment" in request.headers
    page = make_response(
        render_template(
            "duplicates/_desk.html" if is_part else "duplicates/show.html",
            desk=desk,
            variants=variants,
            fate=request.args.get("fate", Fate.TRASH),
            followed=request.args.get("followed", 0, type=int),
            kinds=KINDS,
            fates=FATES,
            rules=RULES,
            picture_of=picture_of,
        )
    )
    page.vary.add("X-Fragment")
    return page


@bp.post("/decide")
def decide() -> ResponseReturnValue:
    """Decide about the two posts that were shown, or put them off."""
    form = request.form
    one, other = form.get("one", 0, type=int), form.get("other", 0, type=int)
    if form.get("choice") == LATER:
        deciding.put_off(deps().sessions, one, other, scope())
        return _on()
    wish = Wish(
        one_id=one,
        other_id=other,
        choice=read(Choice, form.get("choice", "")),
        fate=read(Fate, form.get("fate", Fate.TRASH)),
    )
    done = deciding.decide(deps().sessions, wish, scope(), hand())
    return _on(followed=done.followed)


@bp.post("/undo")
def undo() -> ResponseReturnValue:
    """Take a decision back that is named, else one's last; its pair is shown again."""
    if named := request.form.get("decision", type=int):
        deciding.undo(deps().sessions, named, scope(), hand())
        return redirect(url_for(".log"), code=303)
    pair = deciding.undo_last(deps().sessions, scope(), hand())
    return _on() if pair is None else _on(one=pair[0], other=pair[1])


@bp.get("/log")
def log() -> ResponseReturnValue:
    """Show what was decided, the newest first."""
    before = whole_number("before", 0) or None
    decisions = reviewing.list_decisions(deps().sessions, scope(), before=before)
    return render_template(
        "duplicates/log.html",
        decisions=decisions,
        kinds=KINDS,
        choices=CHOICES,
        fates=FATES,
        rules=RULES,
    )


@bp.post("/log/undo-day")
@needs(Right.ADMIN)
def undo_day() -> ResponseReturnValue:
    """Take back all that rules decided on a day."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError as error:
        raise InvalidInput(phrase("Say the day as 2026-05-31.")) from error
    deciding.undo_day(deps().sessions, day, scope(), hand())
    return redirect(url_for(".log"), code=303)


def read(kind: type[Word], text: str) -> Word:
    """Return one of a few words. Raises InvalidInput."""
    try:
        return kind(text)
    except ValueError as error:
        words = ", ".join(kind)
        raise InvalidInput(
            phrase("{text!r} is none of {words}.", text=text, words=words)
        ) from error


def _on(**more: int) -> ResponseReturnValue:
    """Go on to the next pair; a script that sent the form follows to the part alone.

    Who decided on the page of a rule goes on there.
    """
    if rule := request.form.get("rule"):
        decided = 1 if "choice" in request.form else None
        return redirect(url_for("duplicate_rules.rule", name=rule, decided=decided), code=303)
    kept: dict[str, Any] = {name: request.form.get(name) for name in ("variants", "fate")}
    return redirect(url_for(".show", **{k: v for k, v in (kept | more).items() if v}), code=303)
