"""The taggers, for people and for programs: which are there, whether they are used, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.taggers import OFFERS, RUNTIMES, ModelFolder
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.lookups import taggers
from homebooru.services.lookups.taggers import Taggers
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    MOMENT,
    TEXT,
    answer,
    listed,
    optional,
    wish,
)
from homebooru.web.current import deps
from homebooru.web.keeping.bodies import sent
from homebooru.web.security import needs

bp = Blueprint("taggers", __name__)
api = Blueprint("taggers_api", __name__, url_prefix="/api/taggers")

PERCENT = {"type": "integer", "minimum": 0, "maximum": 100}
TAGGER = answer(
    "Tagger",
    name=TEXT,
    label=TEXT,
    enabled=FLAG,
    looking=COUNT,
    waiting=COUNT,
    closed_until=optional(MOMENT),
    reason=optional(TEXT),
)
MODEL = answer(
    "Model",
    folder=TEXT,
    source=optional(TEXT),
    label=optional(TEXT),
    is_used=FLAG,
    problem=optional(TEXT),
)
TAGGERS = answer("Taggers", taggers=listed(TAGGER), models=listed(MODEL), sample=PERCENT)


@bp.post("/sources/taggers/<name>/<any(on, off):state>")
@needs(Right.ADMIN)
def switch(name: str, state: str) -> ResponseReturnValue:
    """Let a tagger look at pictures, or not any more."""
    taggers.switch_tagger(deps().sessions, name, enabled=state == "on")
    return redirect(url_for("sources.show", _anchor="taggers"), code=303)


@bp.post("/sources/taggers/sample")
@needs(Right.ADMIN)
def keep_sample() -> ResponseReturnValue:
    """Set how many percent of what others know are looked at."""
    text = request.form.get("sample", "").strip()
    taggers.keep_sample(deps().sessions, int(text) if text.isdecimal() and len(text) < 4 else -1)
    return redirect(url_for("sources.show", _anchor="taggers"), code=303)


@bp.app_template_global()
def taggers_here() -> Taggers:
    """Return how the taggers are doing."""
    return taggers.taggers(deps().sessions)


@bp.app_template_global()
def model_folders() -> list[ModelFolder]:
    """Return what lies in the folder of models."""
    return deps().model_folders()


@bp.app_template_global()
def tagger_offers() -> Mapping[str, Any]:
    """Return where models belong, which there are to be had, and what runs them on which cards."""
    return {"folder": deps().settings.models, "offers": OFFERS, "runtimes": RUNTIMES}


@api.get("")
@needs(Right.ADMIN)
@described({200: TAGGERS})
def list_taggers() -> ResponseReturnValue:
    """Tell which taggers are there, what keeps others from being used, and how much is left."""
    return jsonify(_told())


@api.put("/<name>")
@needs(Right.ADMIN)
@described({200: TAGGERS}, body=wish("enabled", enabled=FLAG))
def switch_one(name: str) -> ResponseReturnValue:
    """Let a tagger look at pictures, or not any more."""
    enabled = sent().get("enabled")
    if not isinstance(enabled, bool):
        raise InvalidInput(phrase('"{name}" has to be true or false.', name="enabled"))
    taggers.switch_tagger(deps().sessions, name, enabled=enabled)
    return jsonify(_told())


@api.patch("")
@needs(Right.ADMIN)
@described({200: TAGGERS}, body=wish("sample", sample=PERCENT))
def set_sample() -> ResponseReturnValue:
    """Set how many percent of the posts that others know taggers look at."""
    sample = sent().get("sample")
    if type(sample) is not int:
        raise InvalidInput(phrase("Say a number of percent from 0 to 100."))
    taggers.keep_sample(deps().sessions, sample)
    return jsonify(_told())


def _told() -> dict[str, Any]:
    here = taggers.taggers(deps().sessions)
    return {
        "taggers": [
            {
                "name": one.name,
                "label": one.label,
                "enabled": one.enabled,
                "looking": one.looking,
                "waiting": one.waiting,
                "closed_until": one.closed_until.isoformat() if one.closed_until else None,
                "reason": one.reason,
            }
            for one in here.taggers
        ],
        "models": [
            {
                "folder": one.folder,
                "source": one.source,
                "label": one.label,
                "is_used": one.is_used,
                "problem": one.problem,
            }
            for one in deps().model_folders()
        ],
        "sample": here.sample,
    }
