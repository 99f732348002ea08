"""Posts that show the same picture, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.duplicates import deciding, reviewing, showing
from homebooru.services.duplicates.deciding import Wish
from homebooru.services.duplicates.reviewing import VARIANTS, Compared
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    ID,
    NUMBER,
    SHARE,
    TEXT,
    WHOLE,
    answer,
    by_name,
    listed,
    wish,
)
from homebooru.web.current import deps, scope
from homebooru.web.duplicates.pages import read
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import needed_text, number_in, sent, text_in, whole_number

bp = Blueprint("duplicates_api", __name__, url_prefix="/api")

PAGE, MOST = 40, 200
KIND = {"enum": [kind.value for kind in Kind]}
CHOICE = {"enum": [choice.value for choice in Choice]}
FATE = {"enum": [fate.value for fate in Fate]}
STATEMENT = answer("Statement", name=TEXT, weight=NUMBER, words=TEXT)
PAIR = answer(
    "DuplicatePair",
    one=ID,
    other=ID,
    kind=KIND,
    share=SHARE,
    statements=listed(STATEMENT),
    advice=by_name(CHOICE),
)
PAIRS = answer("DuplicatePairs", pairs=listed(PAIR), count=COUNT)
COPIES = answer("Copies", copies=listed(answer("Copy", id=ID, kind=KIND)))
DECISION = answer("DuplicateDecision", id=ID, followed=COUNT)
UNDONE = answer("DuplicateDecisionUndone", id=ID)


@bp.get("/duplicates")
@described({200: PAIRS}, query={"limit": WHOLE, "offset": WHOLE, "variants": TEXT})
def show() -> ResponseReturnValue:
    """Tell the pairs of posts that wait to be decided about, the surest first.

    The likely better file is `one`; statements with a weight above 0 speak for it. What only the
    heads of files tell (EXIF, JPEG quality) is told on the page alone. With `variants`
    these are pairs that differ somewhere.
    """
    kinds = VARIANTS if "variants" in request.args else SAME
    limit, offset = min(whole_number("limit", PAGE), MOST), whole_number("offset", 0)
    found, count = reviewing.list_pairs(
        deps().sessions, scope(), kinds, limit=limit, offset=min(offset, 10**6)
    )
    return jsonify(pairs=[_told(pair) for pair in found], count=count)


@bp.get("/posts/<id:post_id>/duplicates")
@described({200: COPIES})
def of_post(post_id: int) -> ResponseReturnValue:
    """Tell which posts show the same picture as one, and which are variants of it."""
    found = showing.same_picture(deps().sessions, post_id, scope())
    return jsonify(copies=[{"id": one.post.id, "kind": one.kind} for one in found])


@bp.post("/duplicates/decisions")
@described(
    {201: DECISION}, body=wish("one", "other", "choice", one=ID, other=ID, choice=CHOICE, fate=FATE)
)
def decide() -> ResponseReturnValue:
    """Decide about two posts: which is the better file, or what they are to each other.

    What is known of the lesser goes over to the better one; the lesser one's `fate` is the trash,
    unless it is said to be hidden or to stay. `followed` other pairs are settled by that.
    """
    body = sent()
    one, other = number_in(body, "one"), number_in(body, "other")
    if one is None or other is None:
        raise InvalidInput(phrase('"one" and "other" have to be the numbers of posts.'))
    done = deciding.decide(
        deps().sessions,
        Wish(
            one_id=one,
            other_id=other,
            choice=read(Choice, needed_text(body, "choice")),
            fate=read(Fate, text_in(body, "fate") or Fate.TRASH),
        ),
        scope(),
        hand(body),
    )
    return jsonify(id=done.id, followed=done.followed), 201


@bp.post("/duplicates/decisions/<id:decision_id>/undo")
@described({200: UNDONE})
def undo(decision_id: int) -> ResponseReturnValue:
    """Take a decision back; everything is as it was, but for what somebody changed since."""
    deciding.undo(deps().sessions, decision_id, scope(), hand())
    return jsonify(id=decision_id)


def _told(pair: Compared) -> dict[str, Any]:
    """Tell a pair; what rules would choose is told of it as it is shown."""
    return {
        "one": pair.one.id,
        "other": pair.other.id,
        "kind": pair.kind,
        "share": round(pair.share, 3),
        "statements": [
            {"name": each.name, "weight": each.weight, "words": each.words}
            for each in pair.statements
        ],
        "advice": dict(pair.advice),
    }
