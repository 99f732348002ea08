"""The mirror on the page of Immich: brought up to date, counted anew, and what people are asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.services.immich import answering, household, progress
from homebooru.services.immich.acting import answer_question
from homebooru.services.jobs import is_stopped
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.security import needs

bp = Blueprint("mirror", __name__)


@bp.post("/immich/sync")
@needs(Right.ADMIN)
def sync() -> ResponseReturnValue:
    """Let the mirror be brought up to date now."""
    household.ask_now(deps().sessions)
    return redirect(url_for("immich.show"), code=303)


@bp.post("/immich/census")
@needs(Right.ADMIN)
def census() -> ResponseReturnValue:
    """Let all assets be counted anew."""
    household.count_anew(deps().sessions)
    return redirect(url_for("immich.show"), code=303)


@bp.post("/immich/users/<uuid:owner_id>/gone")
@needs(Right.ADMIN)
def confirm_gone(owner_id: UUID) -> ResponseReturnValue:
    """Say that assets that cannot be found are really gone."""
    household.believe(deps().sessions, owner_id)
    return redirect(url_for("immich.show"), code=303)


@bp.post("/immich/questions/<int:question_id>")
@needs(Right.ADMIN)
def reply(question_id: int) -> ResponseReturnValue:
    """Say what it means that a tag of ours is not in Immich any more."""
    rejects = request.form.get("answer") == "reject"
    answer_question(deps().sessions, question_id, actor().account.id, reject=rejects)
    return redirect(url_for("immich.show"), code=303)


@bp.post("/immich/users/<uuid:owner_id>/trash/<any(again, back, restore, leave):answer>")
@needs(Right.ADMIN)
def follow(owner_id: UUID, answer: str) -> ResponseReturnValue:
    """Try again what Immich did not follow, or say what it means that it was undone there."""
    sessions = deps().sessions
    match answer:
        case "again":
            answering.try_again(sessions, owner_id)
        case "back":
            answering.put_back(sessions, owner_id)
        case "restore":
            answering.restore_too(sessions, owner_id, scope(), hand())
        case _:
            answering.leave_there(sessions, owner_id)
    return redirect(url_for("immich.show"), code=303)


def mirror_parts() -> dict[str, Any]:
    """Return what the page says of the mirror."""
    sessions = deps().sessions
    return {
        "mirrors": progress.mirrors(sessions),
        "mirror_rests": is_stopped(sessions, household.JOB),
        "questions": progress.questions(sessions),
        "followed": answering.followed_by_user(sessions),
        "waiting_pictures": progress.waiting_pictures(sessions),
    }
