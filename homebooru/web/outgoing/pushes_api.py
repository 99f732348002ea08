"""Pushes to Immich, for programs."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.db.queries.outgoing.pushes import OFF, ON, REMOVING
from homebooru.domain.accounts import Right
from homebooru.domain.outgoing.pushing import State
from homebooru.services.outgoing import steering
from homebooru.services.outgoing.foretelling import foretell
from homebooru.services.outgoing.telling import preview_told, state_told
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, ID, MOMENT, TEXT, answer, listed, optional
from homebooru.web.current import deps, scope
from homebooru.web.outgoing.pushes import STEERED
from homebooru.web.security import needs

bp = Blueprint("pushes_api", __name__, url_prefix="/api/pushes")

STATES = {"enum": [one.value for one in State]}
PUSH = answer(
    "Push",
    id=ID,
    began_at=MOMENT,
    ended_at=optional(MOMENT),
    undone_at=optional(MOMENT),
    reason=optional(TEXT),
    added=COUNT,
    removed=COUNT,
)
PUSHES = answer(
    "Pushes",
    state={"enum": [ON, OFF, REMOVING]},
    rests=FLAG,
    waiting=COUNT,
    held=COUNT,
    assets=listed(answer("PushedAssets", state=STATES, reason=optional(TEXT), count=COUNT)),
    pushes=listed(PUSH),
)
LEAF = answer("PushLeaf", name=TEXT, times=COUNT)
FORETOLD = answer(
    "PushPreview",
    looked_at=COUNT,
    more=FLAG,
    assets=COUNT,
    by_sidecar=COUNT,
    times=COUNT,
    branches=listed(answer("PushBranch", name=TEXT, tags=COUNT, times=COUNT, leaves=listed(LEAF))),
    examples=listed(answer("PushExample", post_id=ID, name=TEXT, tags=listed(TEXT))),
)


@bp.get("")
@needs(Right.ADMIN)
@described({200: PUSHES})
def show() -> ResponseReturnValue:
    """Tell whether tags go to Immich, how far that is, and what was pushed last."""
    return jsonify(state_told(steering.push_state(deps().sessions)))


@bp.get("/preview")
@needs(Right.ADMIN)
@described({200: FORETOLD})
def preview() -> ResponseReturnValue:
    """Tell what would be put on pictures in Immich; nothing is, and Immich is not asked."""
    told = foretell(deps().sessions, deps().immich_places(), scope())
    return jsonify(preview_told(told))


@bp.post("/<any(start, stop, again, retry, remove):deed>")
@needs(Right.ADMIN)
@described({202: PUSHES})
def steer(deed: str) -> ResponseReturnValue:
    """Push from now on, stop, push again what was taken out there, try again, or take it all back."""
    STEERED[deed](deps().sessions)
    return jsonify(state_told(steering.push_state(deps().sessions))), 202


@bp.post("/<id:run_id>/undo")
@needs(Right.ADMIN)
@described({202: PUSHES})
def undo(run_id: int) -> ResponseReturnValue:
    """Take back what one push put on pictures, and put back what it took off."""
    steering.undo(deps().sessions, run_id)
    return jsonify(state_told(steering.push_state(deps().sessions))), 202
