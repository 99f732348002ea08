"""Review and the settings of trust, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.db.queries.reviewing.answers import Mine
from homebooru.domain.accounts import Right
from homebooru.domain.review.items import Item, read_key
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.review import answering, desk, walls
from homebooru.services.review.measuring import foreseen
from homebooru.services.tags import tuning
from homebooru.services.tags.previewing import consequence
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    ID,
    SHARE,
    TEXT,
    answer,
    by_name,
    listed,
    optional,
    wish,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import sent
from homebooru.web.security import needs

bp = Blueprint("review_api", __name__, url_prefix="/api")

QUESTION = answer(
    "Question",
    key=TEXT,
    post=ID,
    question=TEXT,
    choices=listed(answer("Choice", name=TEXT, words=TEXT)),
    why=listed(TEXT),
    sure=optional(SHARE),
)
QUEUES = answer("Queues", queues=by_name(COUNT))
DESK = answer("Desk", question=optional(QUESTION), done=COUNT, size=COUNT, posts=COUNT)
ANSWERED = answer("Answered", answered=listed(TEXT), settled=listed(TEXT))
UNDONE = answer("AnswersUndone", undone=listed(TEXT))
POLICY = answer("Policy", settings={"type": "object"})
CONSEQUENCE = answer(
    "Consequence",
    posts=COUNT,
    looked_at=COUNT,
    is_exact=FLAG,
    gaining=COUNT,
    losing=COUNT,
    gained=COUNT,
    lost=COUNT,
)
SETTINGS = wish("settings", settings={"type": "object"})


@bp.get("/review")
@described({200: QUEUES})
def show() -> ResponseReturnValue:
    """Tell how many posts wait in each queue."""
    return jsonify(queues=desk.count_queues(deps().sessions, scope(), finder=deps().finder))


@bp.get("/review/<queue>")
@described({200: DESK})
def question(queue: str) -> ResponseReturnValue:
    """Tell the question that is next for this account, and how far its batch is."""
    found = desk.open_desk(deps().sessions, _mine(queue), scope(), finder=deps().finder)
    item = None if found.item is None else _told(found.item)
    return jsonify(question=item, done=found.done, size=found.size, posts=found.posts)


@bp.post("/review/<queue>/answers")
@described({200: ANSWERED}, body=wish("answers", answers=by_name(TEXT)))
def answer_all(queue: str) -> ResponseReturnValue:
    """Answer questions: of each key the name of a choice, or `skip`.

    All of it is one step, which `undo` takes back. `settled` were no longer open.
    """
    given = sent().get("answers")
    if not isinstance(given, Mapping) or not all(isinstance(one, str) for one in given.values()):
        raise InvalidInput(phrase('"answers" has to tell a choice for each question.'))
    if len(given) > walls.SIZE:
        raise InvalidInput(phrase("At most {count} at once.", count=walls.SIZE))
    desk.begin(deps().sessions, _mine(queue), scope(), finder=deps().finder)
    choices = {read_key(key): choice for key, choice in given.items()}
    done = answering.answer(deps().sessions, _mine(queue), choices, scope(), hand())
    return jsonify(answered=list(map(str, done.keys)), settled=list(map(str, done.settled)))


@bp.post("/review/<queue>/undo")
@described({200: UNDONE})
def undo(queue: str) -> ResponseReturnValue:
    """Take back what this account answered last; it is asked again."""
    keys = answering.undo(deps().sessions, _mine(queue), scope(), hand())
    return jsonify(undone=list(map(str, keys)))


@bp.post("/review/<queue>/next")
@described({200: DESK})
def next_batch(queue: str) -> ResponseReturnValue:
    """Begin the next batch, without what was skipped."""
    desk.begin_batch(deps().sessions, _mine(queue), scope(), finder=deps().finder)
    return question(queue)


@bp.get("/policy")
@needs(Right.ADMIN)
@described({200: POLICY})
def policy() -> ResponseReturnValue:
    """Tell what is set of trust, thresholds, floors and wanted precisions."""
    return jsonify(settings=dict(tuning.current_settings(deps().sessions)))


@bp.post("/policy/preview")
@needs(Right.ADMIN)
@described({200: CONSEQUENCE}, body=SETTINGS)
def preview() -> ResponseReturnValue:
    """Tell what settings would change; in a large library, from a sample."""
    told = consequence(deps().sessions, _wanted(), scope())
    return jsonify({name: getattr(told, name) for name in CONSEQUENCE["properties"]})


@bp.patch("/policy")
@needs(Right.ADMIN)
@described({200: POLICY}, body=SETTINGS)
def set_policy() -> ResponseReturnValue:
    """Set parts of the policy, each as a whole; posts follow in the background."""
    tuning.tune_all(deps().sessions, _wanted(), account_id=actor().account.id)
    return policy()


def _mine(queue: str) -> Mine:
    return Mine(actor().account.id, queue)


def _wanted() -> Mapping[str, Any]:
    given = sent().get("settings")
    if not isinstance(given, dict):
        raise InvalidInput(phrase('"settings" has to be an object.'))
    tuning.check(given)
    return foreseen(deps().sessions, given)


def _told(item: Item) -> dict[str, Any]:
    return {
        "key": str(item.key),
        "post": item.key.post_id,
        "question": item.question,
        "choices": [{"name": choice.name, "words": choice.words} for choice in item.choices],
        "why": list(item.why),
        "sure": item.sure,
    }
