"""The settings of trust, thresholds and floors; what they would change is shown before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from homebooru.domain.accounts import Right
from homebooru.domain.policy import Kind, Policy, own_label, tuned
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.review.measuring import foreseen
from homebooru.services.tags import tuning
from homebooru.services.tags.previewing import Consequence, consequence
from homebooru.web.current import actor, deps, scope
from homebooru.web.errors import status_of, wants_json
from homebooru.web.security import needs

bp = Blueprint("tuning", __name__)

USUAL = Policy()
KINDS = (
    (Kind.BOORU, _("Boorus")),
    (Kind.WORDS, _("Files, sidecars and imports")),
    (Kind.REVERSE, _("Reverse searches")),
    (Kind.MODEL, _("Models")),
)
PARTS = {
    "trust": _("trust"),
    "likeness": _("likeness"),
    "hints": _("likeness for suggestions"),
    "thresholds": _("thresholds"),
    "floors": _("floors"),
    "precisions": _("wanted precision"),
    "followed": _("thresholds that follow"),
    "models_join_boorus": _("models beside boorus"),
}


@bp.get("/tuning")
@needs(Right.ADMIN)
def show() -> ResponseReturnValue:
    """Show what holds, or with `before` what held before a change."""
    before = request.args.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 10:
        return _page(tuned(tuning.settings_before(deps().sessions, int(before))), came_back=True)
    return _page(tuning.current_policy(deps().sessions))


@bp.post("/tuning/preview")
@needs(Right.ADMIN)
def preview() -> ResponseReturnValue:
    """Show what the form would change, and ask whether it shall be."""
    try:
        wanted = foreseen(deps().sessions, wished(request.form))
        found = consequence(deps().sessions, wanted, scope())
    except InvalidInput as error:
        if wants_json():
            raise
        return _page(tuning.current_policy(deps().sessions), mistake=str(error)), status_of(error)
    held = tuning.current_settings(deps().sessions)
    return _page(tuned({**held, **wanted}), found=found)


@bp.post("/tuning")
@needs(Right.ADMIN)
def save() -> ResponseReturnValue:
    """Set what the form says; posts follow by a job."""
    account = actor().account.id
    wanted = foreseen(deps().sessions, wished(request.form))
    tuning.tune_all(deps().sessions, wanted, account_id=account)
    return redirect(url_for(".show"), code=303)


def wished(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that a form asks for: what is as it usually is is not set."""
    usual_trust = {source: voice.trust for source, voice in USUAL.voices.items()}
    usual_likeness = {source: voice.likeness for source, voice in USUAL.voices.items()}
    usual_hints = {source: voice.hint for source, voice in USUAL.voices.items()}
    return {
        "trust": _shares(form, "trust", usual_trust),
        "likeness": _shares(form, "likeness", usual_likeness),
        "hints": _shares(form, "hints", usual_hints),
        "thresholds": _shares(form, "thresholds", _labelled(USUAL.thresholds)),
        "floors": _shares(form, "floors", _labelled(USUAL.floors)),
        "precisions": _shares(form, "precisions", {}),
        "models_join_boorus": "models_only_suggest" not in form,
    }


def _labelled(values: Mapping[Category, float]) -> dict[str, float]:
    return {category.label: value for category, value in values.items()}


def _shares(form: Mapping[str, str], name: str, usual: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers of one part, which are written in hundredths; an empty field is none."""
    read = {
        key.partition(".")[2]: _share(text.strip())
        for key, text in form.items()
        if key.startswith(f"{name}.") and text.strip()
    }
    return {key: value for key, value in read.items() if value != usual.get(key)}


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number <= 100:
        raise InvalidInput(phrase("A share is a number from 0 to 100, not {text!r}.", text=text))
    return round(number / 100, 4)


def _page(
    policy: Policy,
    *,
    found: Consequence | None = None,
    mistake: str | None = None,
    came_back: bool = False,
) -> str:
    return render_template(
        "review/tuning.html",
        policy=policy,
        usual=USUAL,
        kinds=KINDS,
        models=sorted(policy.sources(Kind.MODEL)),
        categories=list(Category),
        own_label=own_label,
        found=found,
        mistake=mistake,
        came_back=came_back,
        tunings=tuning.list_tunings(deps().sessions),
        parts=PARTS,
    )
