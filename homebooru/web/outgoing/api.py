"""Sidecars, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.outgoing.profile import (
    LONGEST_ROOT,
    MOST_GENERAL,
    Naming,
    Profile,
    Spelling,
    profile_settings,
)
from homebooru.domain.outgoing.sidecars import RootSidecars
from homebooru.services.library.status import library_status
from homebooru.services.outgoing import allowing, showing
from homebooru.services.outgoing.choosing import current_profile
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    CATEGORY,
    COUNT,
    FLAG,
    ID,
    TEXT,
    answer,
    by_name,
    listed,
    wish,
)
from homebooru.web.current import deps, scope
from homebooru.web.keeping.bodies import sent
from homebooru.web.outgoing.pages import LOOKED_AT, STEERED
from homebooru.web.security import needs

bp = Blueprint("sidecars_api", __name__, url_prefix="/api")

SETTINGS = {
    "root": {"type": "string", "maxLength": LONGEST_ROOT},
    "people": FLAG,
    "boorus": FLAG,
    "models": FLAG,
    "general": {"type": "integer", "minimum": 0, "maximum": MOST_GENERAL},
    "categories": listed(CATEGORY),
    "spelling": {"enum": [one.value for one in Spelling]},
    "characters": {"enum": [one.value for one in Naming]},
    "stars": FLAG,
    "ratings": FLAG,
    "favourites": FLAG,
    "descriptions": FLAG,
}
PROFILE = answer("SidecarProfile", **SETTINGS)
FOLDER = answer(
    "SidecarFolder",
    id=ID,
    name=TEXT,
    allowed=FLAG,
    read_only=FLAG,
    written=COUNT,
    changed_elsewhere=COUNT,
    waiting=COUNT,
    failed=COUNT,
    reasons=by_name(COUNT),
)
SIDECARS = answer("Sidecars", profile=PROFILE, folders=listed(FOLDER))
FORETOLD = answer(
    "SidecarPreview",
    looked_at=COUNT,
    more=FLAG,
    new=COUNT,
    changed=COUNT,
    same=COUNT,
    refused=by_name(COUNT),
    groups=by_name(COUNT),
    examples=listed(answer("SidecarExample", path=TEXT, tags=listed(TEXT))),
)


@bp.get("/sidecars")
@needs(Right.ADMIN)
@described({200: SIDECARS})
def show() -> ResponseReturnValue:
    """Tell where tags are written beside pictures, what goes there, and how far that is."""
    return jsonify(_told(current_profile(deps().sessions)))


@bp.patch("/sidecars")
@needs(Right.ADMIN)
@described({200: SIDECARS}, body=wish(**SETTINGS))
def change() -> ResponseReturnValue:
    """Change what goes into sidecars; what is left out stays as it is."""
    return jsonify(_told(allowing.change_profile(deps().sessions, sent())))


@bp.get("/sidecars/<id:root_id>/preview")
@needs(Right.ADMIN)
@described({200: FORETOLD})
def preview(root_id: int) -> ResponseReturnValue:
    """Tell what would be written beside the first pictures of a folder; nothing is."""
    told = showing.preview(deps().sessions, deps().sidecars, root_id, scope(), limit=LOOKED_AT)
    return jsonify(
        looked_at=told.looked_at,
        more=told.more,
        new=told.new,
        changed=told.changed,
        same=told.same,
        refused=dict(told.refused),
        groups=dict(told.groups),
        examples=[{"path": one.path, "tags": list(one.tags)} for one in told.examples],
    )


@bp.post("/sidecars/<id:root_id>/<any(allow, forbid, undo, again, close, open):step>")
@needs(Right.ADMIN)
@described({202: SIDECARS})
def steer(root_id: int, step: str) -> ResponseReturnValue:
    """Allow or forbid writing, undo it all, write again what others took out; close or open a folder.

    A folder that is closed is marked read-only: nothing is written or moved there.
    """
    STEERED[step](deps().sessions, root_id)
    return jsonify(_told(current_profile(deps().sessions))), 202


def _told(profile: Profile) -> dict[str, Any]:
    states = showing.sidecars_by_root(deps().sessions)
    folders = []
    for root in library_status(deps().sessions, scope()).roots:
        state = states.get(root.id, RootSidecars())
        folders.append(
            {
                "id": root.id,
                "name": root.name,
                "allowed": root.sidecars == "on",
                "read_only": root.read_only,
                "written": state.written,
                "changed_elsewhere": state.changed_elsewhere,
                "waiting": state.waiting,
                "failed": state.failed,
                "reasons": {str(reason): count for reason, count in state.reasons},
            }
        )
    return {"profile": profile_settings(profile), "folders": folders}
