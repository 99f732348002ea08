"""The vocabulary for programs: doing, foretelling and taking back, and the history of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import TagView
from homebooru.domain.vocabulary.acts import ActView, Categorised, Kind, Link, State
from homebooru.domain.vocabulary.wishes import WITH_OTHER, Wish
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.searching import LARGEST_ID
from homebooru.services.tags import vocabulary
from homebooru.services.tags.forecasting import forecast
from homebooru.services.tags.history import list_acts
from homebooru.services.tags.taking_back import take_back
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    CATEGORY,
    COUNT,
    FLAG,
    ID,
    MOMENT,
    NAMED_TAG,
    TEXT,
    WHOLE,
    answer,
    by_name,
    listed,
    optional,
    wish,
)
from homebooru.web.current import deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import needed_text, sent, text_in, whole_number
from homebooru.web.tags.changing import CATEGORIES, DONE, MOST_AT_ONCE

bp = Blueprint("vocabulary_api", __name__, url_prefix="/api/vocabulary")

USUAL = 50
SENT = wish(
    "kind",
    "tag",
    kind={"enum": sorted(DONE)},
    tag=TEXT,
    other=TEXT,
    category=CATEGORY,
    text=TEXT,
    reason=TEXT,
)
PAIR = {"type": "array", "items": TEXT}
FORECAST = answer(
    "VocabularyForecast",
    posts=COUNT,
    exact=FLAG,
    gains=by_name(COUNT),
    losses=by_name(COUNT),
    meanings=listed(PAIR),
    implied=listed(PAIR),
    not_implied=listed(PAIR),
    examples=listed(ID),
)
CHANGE = answer(
    "VocabularyChange",
    matter=TEXT,
    tag=NAMED_TAG,
    other=optional(NAMED_TAG),
    before=optional({}),
    after=optional({}),
)
ACT = answer(
    "VocabularyAct",
    id=ID,
    kind=TEXT,
    by=optional(TEXT),
    via=TEXT,
    reason=optional(TEXT),
    made_at=MOMENT,
    undoes=optional(ID),
    changes=listed(CHANGE),
    more=COUNT,
)

TAKEN_BACK = answer(
    "VocabularyTakenBack", act=optional(ID), changed=COUNT, left=COUNT, ordered=FLAG
)


@bp.post("/forecast")
@described({200: FORECAST}, body=SENT)
def foretell() -> ResponseReturnValue:
    """Tell what a change of the vocabulary would do; of many posts a sample is looked at."""
    told = forecast(deps().sessions, _wish(), scope())
    return jsonify(
        posts=told.posts,
        exact=told.is_exact,
        gains=told.gains,
        losses=told.losses,
        meanings=told.meanings,
        implied=told.implied,
        not_implied=told.not_implied,
        examples=[post.id for post in told.examples],
    )


@bp.post("/acts")
@described({200: answer("VocabularyDone", act=optional(ID))}, body=SENT)
def change() -> ResponseReturnValue:
    """Change what a tag means, implies, is called, or is; `act` is null where it is so already."""
    return jsonify(act=vocabulary.carry_out(deps().sessions, _wish(), hand(sent())))


@bp.get("/acts")
@described(
    {200: answer("VocabularyActs", acts=listed(ACT))}, query={"limit": WHOLE, "before": WHOLE}
)
def history() -> ResponseReturnValue:
    """Tell what was done to the vocabulary, newest first, from `before` on."""
    before = min(whole_number("before", 0), LARGEST_ID) or None
    found = list_acts(deps().sessions, scope(), limit=whole_number("limit", USUAL), before=before)
    return jsonify(acts=[_told(act) for act in found])


@bp.post("/acts/<id:act_id>/revert")
@described({200: TAKEN_BACK, 202: TAKEN_BACK})
def revert(act_id: int) -> ResponseReturnValue:
    """Take an act back; `left` counts what somebody changed since, and stays.

    One that changed very much is taken back in the background: it is only `ordered` then.
    """
    done = take_back(deps().sessions, act_id, hand(), most=MOST_AT_ONCE)
    told = jsonify(act=done.act_id, changed=done.changed, left=done.left, ordered=done.is_ordered)
    return told, 202 if done.is_ordered else 200


def _wish() -> Wish:
    body = sent()
    kind = needed_text(body, "kind")
    if kind not in DONE:
        raise InvalidInput(
            phrase("What can be done to a tag is {kinds}.", kinds=", ".join(sorted(DONE)))
        )
    wanted = Kind(kind)
    return Wish(
        wanted,
        needed_text(body, "tag"),
        needed_text(body, "other") if wanted in WITH_OTHER else None,
        CATEGORIES.get(text_in(body, "category") or ""),
        text_in(body, "text"),
    )


def _told(act: ActView) -> dict[str, Any]:
    return {
        "id": act.id,
        "kind": act.kind,
        "by": act.by,
        "via": act.via,
        "reason": act.reason,
        "made_at": act.made_at.isoformat(),
        "undoes": act.undoes_id,
        "changes": [
            {
                "matter": change.matter,
                "tag": _named(change.tag),
                "other": _named(change.other) if change.other else None,
                "before": _state(change.before),
                "after": _state(change.after),
            }
            for change in act.changes
        ],
        "more": act.more,
    }


def _named(tag: TagView) -> dict[str, str]:
    return {"name": tag.name, "category": tag.category.label}


def _state(state: State) -> dict[str, Any] | str | None:
    match state:
        case Link(holds=holds, by=by):
            return {"holds": holds, "by": by}
        case Categorised(category=category, by=by):
            return {"category": category.label, "by": by}
    return state
