"""The tag box of a post for programs, and the history of edits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.claims import About
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.spelling import at_home
from homebooru.errors import InvalidInput, NotAllowed
from homebooru.phrases import phrase
from homebooru.services.editing import batches, reverting
from homebooru.services.editing.box import read_box
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.posts import edit_post
from homebooru.services.searching import LARGEST_ID
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    ADDRESS,
    FLAG,
    ID,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    answer,
    by_name,
    extended,
    listed,
    optional,
    wish,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.answers import (
    BATCH,
    BOX,
    EDIT,
    REVERTED,
    told_batch,
    told_box,
    told_edit,
    told_revert,
)
from homebooru.web.editing.wishes import flag_in, hand, wish_in
from homebooru.web.keeping.bodies import needed_text, number_in, sent, whole_number

bp = Blueprint("edits_api", __name__, url_prefix="/api")

USUAL = 50
FILTERS = ("post", "account", "batch", "before")

EDITED = extended("EditedBox", BOX, edit=optional(ID), implied=by_name(listed(TEXT)))
REASON = {"create": FLAG, "reason": TEXT}
WISHES: Schema = {
    "anyOf": [
        wish("script", script=TEXT, **REASON),
        wish("text", "seen", text=TEXT, seen=TEXT, **REASON),
        wish(
            add=listed(TEXT),
            remove=listed(TEXT),
            withdraw=listed(TEXT),
            rating=optional(TEXT),
            parent=optional(NUMBER),
            sources=listed(TEXT),
            stars=optional(NUMBER),
            description=optional(TEXT),
            hush=listed({"enum": [about.value for about in About]}),
            **REASON,
        ),
    ]
}


@bp.get("/posts/<id:post_id>/tags")
@described({200: BOX})
def show(post_id: int) -> ResponseReturnValue:
    """Tell what may be edited of a post; `text` is what the tag box shows."""
    return jsonify(told_box(read_box(deps().sessions, post_id, scope())))


@bp.patch("/posts/<id:post_id>/tags")
@described({200: EDITED}, body=WISHES)
def change(post_id: int) -> ResponseReturnValue:
    """Edit a post, and tell how it is then.

    `edit` is the line of the history, null where nothing had to change. `implied` are tags taken
    away that other tags of the post imply, with those; they stay away. With `create` tags that no
    post has yet are made; else they are told in an error, each with what may have been meant.
    """
    body = sent()
    done = edit_post(
        deps().sessions,
        post_id,
        wish_in(body),
        scope(),
        hand(body),
        create=flag_in(body, "create"),
    )
    box = told_box(read_box(deps().sessions, post_id, scope()))
    return jsonify(box | {"edit": done.edit_id, "implied": done.implied})


@bp.get("/edits")
@described(
    {200: answer("Edits", edits=listed(EDIT), next=optional(ADDRESS))},
    query=dict.fromkeys(FILTERS, WHOLE) | {"since": MOMENT, "limit": WHOLE},
)
def history() -> ResponseReturnValue:
    """Tell the history, newest first: of a `post`, an `account`, a `batch`, or `since` a moment.

    `next` is where it goes on.
    """
    limit = whole_number("limit", USUAL)
    asked = {
        name: min(whole_number(name, 0), LARGEST_ID) for name in FILTERS if name in request.args
    }
    found = list_edits(
        deps().sessions,
        scope(),
        HistoryWish(
            post_id=asked.get("post"),
            account_id=asked.get("account"),
            batch_id=asked.get("batch"),
            since=moment(request.args["since"]) if "since" in request.args else None,
        ),
        limit=limit,
        before=asked.get("before"),
    )
    following = _following(found[-1].id) if len(found) == limit else None
    return jsonify(edits=[told_edit(edit) for edit in found], next=following)


@bp.post("/edits/<id:edit_id>/revert")
@described({200: REVERTED})
def revert(edit_id: int) -> ResponseReturnValue:
    """Take a line of the history back; `left` is what somebody changed since, and stays."""
    return jsonify(told_revert(reverting.revert_edit(deps().sessions, edit_id, scope(), hand())))


@bp.post("/edits/revert")
@described({200: BATCH, 202: BATCH}, body=wish("account", "since", account=NUMBER, since=MOMENT))
def revert_account() -> ResponseReturnValue:
    """Take back all that an `account` edited `since` a moment: one's own, or as an admin."""
    body = sent()
    account = number_in(body, "account")
    if account is None:
        raise InvalidInput(phrase('"account" is missing.'))
    if account != actor().account.id and not actor().may(Right.ADMIN):
        raise NotAllowed(phrase("Only an admin may take back what others edited, all at once."))
    since = moment(needed_text(body, "since"))
    undone = batches.revert_account(deps().sessions, account, since, scope(), hand())
    return jsonify(told_batch(undone)), 200 if undone.finished_at else 202


def _following(edit_id: int) -> str:
    """Return the address of the lines behind one, asked for as the ones up to it were."""
    asked: dict[str, Any] = {
        name: request.args[name] for name in (*FILTERS, "since", "limit") if name in request.args
    }
    return url_for(".history", **asked | {"before": edit_id})


def moment(text: str) -> datetime:
    """Read a moment as ISO 8601 spells it, by the clocks of the household where it has no zone."""
    try:
        read = at_home(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        read = None
    if read is None:
        raise InvalidInput(
            phrase("A moment is written like 2024-05-01T18:30:00, not {text!r}.", text=text[:40])
        )
    return read
