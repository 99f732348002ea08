"""What answers teach, walls, and the changes of the policy, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.db.queries.reviewing.answers import Mine
from homebooru.domain.accounts import Right
from homebooru.domain.policy import own_label
from homebooru.domain.review.scoring import Score
from homebooru.services.review import walls
from homebooru.services.review.known import WALL
from homebooru.services.review.teaching import ask_to_measure, taught
from homebooru.services.tags import tuning
from homebooru.web.api.describing import described
from homebooru.web.api.posts import told_tag
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    NUMBER,
    SHARE,
    TAG,
    TEXT,
    answer,
    by_name,
    listed,
    optional,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.security import needs

bp = Blueprint("teaching_api", __name__, url_prefix="/api")

SCORE = answer("Score", right=COUNT, wrong=COUNT, precision=optional(SHARE), low=SHARE, high=SHARE)
CURVE = answer("Curve", threshold=SHARE, wanted=optional(SHARE), from_on=listed(SCORE))
TAUGHT = answer(
    "Taught",
    measured_at=optional(MOMENT),
    curves=by_name(CURVE),
    worst=listed(answer("WorstTag", source=TEXT, tag=TAG, score=SCORE)),
)
WALLS = answer("Walls", walls=listed(TAG))
BRICK = answer("Brick", key=TEXT, post=ID, sure=SHARE)
SHOWN_WALL = answer("Wall", tag=TEXT, waiting=COUNT, bricks=listed(BRICK))
CHANGES = answer(
    "PolicyChanges",
    changes=listed(
        answer(
            "PolicyChange",
            id=NUMBER,
            by=optional(TEXT),
            is_persons=FLAG,
            changed=listed(TEXT),
            reason=optional(TEXT),
            made_at=MOMENT,
        )
    ),
)


@bp.get("/teaching")
@described({200: TAUGHT})
def show() -> ResponseReturnValue:
    """Tell how often models are right here: a curve for each model and category (`wd/general`).

    `from_on` scores, for each hundredth, all that the model is at least so sure of. `worst` are
    the tags that models are most often wrong about.
    """
    found = taught(deps().sessions, scope(), finder=deps().finder)
    curves = {
        own_label(*own): {
            "threshold": found.policy.threshold(*own),
            "wanted": found.policy.precision(*own),
            "from_on": [told_score(score) for score in curve.from_on],
        }
        for own, curve in found.curves.items()
    }
    worst = [
        {"source": each.source, "tag": told_tag(each.tag), "score": told_score(each.score)}
        for each in found.worst
    ]
    at = found.measured_at
    return jsonify(measured_at=at and at.isoformat(), curves=curves, worst=worst)


@bp.post("/teaching/measure")
@needs(Right.ADMIN)
@described({202: None})
def measure() -> ResponseReturnValue:
    """Have models measured now, in the background."""
    ask_to_measure(deps().sessions)
    return "", 202


@bp.get("/walls")
@described({200: WALLS})
def list_walls() -> ResponseReturnValue:
    """Tell which tags are suggested most often, with how many posts wait."""
    found = walls.list_walls(deps().sessions, scope(), finder=deps().finder)
    return jsonify(walls=[told_tag(tag) for tag in found])


@bp.get("/walls/<path:tag>")
@described({200: SHOWN_WALL})
def show_wall(tag: str) -> ResponseReturnValue:
    """Tell the next pictures of a wall; their keys are answered in the queue `wall`."""
    mine = Mine(actor().account.id, WALL)
    wall = walls.open_wall(deps().sessions, mine, tag, scope(), finder=deps().finder)
    bricks = [{"key": str(b.key), "post": b.post.id, "sure": b.sure} for b in wall.bricks]
    return jsonify(tag=wall.tag.name, waiting=wall.waiting, bricks=bricks)


@bp.get("/policy/changes")
@needs(Right.ADMIN)
@described({200: CHANGES})
def changes() -> ResponseReturnValue:
    """Tell who changed the policy last, and in what."""
    found = tuning.list_tunings(deps().sessions)
    return jsonify(
        changes=[
            {
                "id": each.id,
                "by": each.by,
                "is_persons": each.is_persons,
                "changed": each.changed,
                "reason": each.reason,
                "made_at": each.made_at.isoformat(),
            }
            for each in found
        ]
    )


def told_score(score: Score) -> dict[str, Any]:
    """Return a score, and between what the true precision lies, as programs are told of it."""
    low, high = score.interval
    told = {"right": score.right, "wrong": score.wrong, "precision": score.precision}
    return told | {"low": low, "high": high}
