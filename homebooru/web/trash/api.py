"""Throwing posts away, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.editing.trash import Wish
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.trash import showing
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, FLAG, ID, TEXT, answer, listed, optional, wish
from homebooru.web.current import deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import number_in, sent
from homebooru.web.security import needs

bp = Blueprint("trash_api", __name__, url_prefix="/api")

THROWN = answer("Thrown", id=ID, trashed=FLAG, edit=optional(ID))
FAILED = listed(answer("NotMoved", reason=TEXT, count=COUNT))
IMMICH = answer(
    "TrashInImmich", inside=COUNT, waiting=COUNT, gone=COUNT, undone=COUNT, failed=FAILED
)
TRASH = answer(
    "Trash", posts=COUNT, files=COUNT, size=COUNT, waiting=COUNT, failed=FAILED, immich=IMMICH
)
EMPTIED = answer("Emptied", files=COUNT)


@bp.delete("/posts/<id:post_id>")
@described({200: THROWN})
def throw_away(post_id: int) -> ResponseReturnValue:
    """Put a post into the trash.

    Its files follow as their folders have it. `edit` is the line of the history, null where it was
    trash already.
    """
    done = showing.throw_away(deps().sessions, post_id, scope(), hand())
    return jsonify(id=post_id, trashed=True, edit=done.edit_id)


@bp.post("/posts/<id:post_id>/restore")
@described({200: THROWN})
def restore(post_id: int) -> ResponseReturnValue:
    """Take a post out of the trash; its files go back to where they lay."""
    done = showing.restore(deps().sessions, post_id, scope(), hand())
    return jsonify(id=post_id, trashed=False, edit=done.edit_id)


@bp.get("/trash")
@described({200: TRASH})
def show() -> ResponseReturnValue:
    """Tell how much is in the trash: posts, and the files that were moved for them.

    `waiting` are still to be moved. `immich` tells what follows there, where that is allowed: how
    many pictures are `inside` its trash, are `waiting` to follow, are `gone` for good since, or were
    taken out of it there, so that it is `undone`. `failed` has the most frequent reasons.
    """
    return jsonify(_told())


@bp.post("/trash/empty")
@needs(Right.ADMIN)
@described({202: EMPTIED}, body=wish("files", files=COUNT))
def empty() -> ResponseReturnValue:
    """Remove the files in the trash for good, as many as `files` says at most.

    What is known of the posts stays, and that they are trash.
    """
    files = number_in(sent(), "files")
    if files is None or files < 0:
        raise InvalidInput(phrase('"files" has to say how many files are to be removed.'))
    return jsonify(files=showing.empty_trash(deps().sessions, files, scope())), 202


def _told() -> dict[str, Any]:
    trash = showing.show_trash(deps().sessions, scope())
    waiting = sum(trash.waiting.get(wish, 0) for wish in Wish)
    there = trash.there
    return {
        "posts": trash.posts,
        "files": trash.files,
        "size": trash.size,
        "waiting": waiting,
        "failed": _failed(trash.reasons),
        "immich": {
            "inside": there.inside,
            "waiting": there.waiting,
            "gone": there.gone,
            "undone": there.undone,
            "failed": _failed(there.failed),
        },
    }


def _failed(reasons: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"reason": reason, "count": count} for reason, count in reasons]
