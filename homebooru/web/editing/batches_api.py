"""Edits of many posts at once, for programs."""

from __future__ import annotations

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from homebooru.domain.editing.batches import BatchView
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.editing import batches, bulk
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import FLAG, NUMBER, TEXT, listed, wish
from homebooru.web.current import deps, scope
from homebooru.web.editing.answers import BATCH, PREVIEW, told_batch, told_preview
from homebooru.web.editing.wishes import flag_in, hand
from homebooru.web.keeping.bodies import needed_text, numbers_in, sent, text_in

bp = Blueprint("batches_api", __name__, url_prefix="/api/batches")


@bp.post("")
@described(
    {201: BATCH, 202: BATCH},
    body=wish("script", script=TEXT, query=TEXT, ids=listed(NUMBER), create=FLAG, reason=TEXT),
)
def make() -> ResponseReturnValue:
    """Edit posts by a `script`, as the tag box has it: those in `ids`, or all that `query` finds.

    Many are edited in the background; the answer tells where to ask how far it is.
    """
    body = sent()
    script, query, create = (
        needed_text(body, "script"),
        text_in(body, "query"),
        flag_in(body, "create"),
    )
    if (query is None) == ("ids" not in body):
        raise InvalidInput(phrase('Name the posts either in "ids" or by a "query".'))
    if query is None:
        ids = numbers_in(body, "ids")
        made = batches.edit_posts(deps().sessions, ids, script, scope(), hand(body), create=create)
    else:
        made = bulk.edit_found(
            deps().sessions, query, script, scope(), hand(body), create=create, finder=deps().finder
        )
    return _told(made, 201)


@bp.get("/preview")
@described({200: PREVIEW}, query={"script": TEXT, "query": TEXT})
def preview() -> ResponseReturnValue:
    """Tell what a `script` would change of the posts that `query` finds."""
    script, query = request.args.get("script", ""), request.args.get("query", "")
    return jsonify(
        told_preview(bulk.preview(deps().sessions, query, script, scope(), finder=deps().finder))
    )


@bp.get("/<id:batch_id>")
@described({200: BATCH})
def show(batch_id: int) -> ResponseReturnValue:
    """Tell how far a batch is."""
    return jsonify(told_batch(batches.show_batch(deps().sessions, batch_id, scope())))


@bp.post("/<id:batch_id>/stop")
@described({200: BATCH})
def stop(batch_id: int) -> ResponseReturnValue:
    """Leave a batch as it is, after the posts at hand."""
    return jsonify(told_batch(batches.stop_batch(deps().sessions, batch_id, scope())))


@bp.post("/<id:batch_id>/revert")
@described({201: BATCH, 202: BATCH})
def revert(batch_id: int) -> ResponseReturnValue:
    """Take back all that a batch did, as a batch of its own, which can be taken back too."""
    return _told(batches.revert_batch(deps().sessions, batch_id, scope(), hand()), 201)


def _told(batch: BatchView, status: int) -> Response:
    answer = jsonify(told_batch(batch))
    answer.status_code = status if batch.finished_at else 202
    answer.headers["Location"] = url_for(".show", batch_id=batch.id)
    return answer
