"""Lists of tags for programs: bringing them, what they would change, and taking them up."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.vocabulary.arriving import COUNTERS, BroughtList
from homebooru.domain.vocabulary.lists import SITES, ListKind
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.tags import bringing
from homebooru.services.tags.bringing import Label
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    answer,
    listed,
    optional,
    wish,
)
from homebooru.web.current import deps
from homebooru.web.editing.wishes import hand
from homebooru.web.keeping.bodies import needed_text, sent, text_in
from homebooru.web.security import needs, takes_up_to
from homebooru.web.tags.lists import LARGEST

bp = Blueprint("tag_lists_api", __name__, url_prefix="/api/vocabulary/lists")

KIND = {"enum": [kind.value for kind in ListKind]}
SITE = {"enum": list(SITES)}
TALLY = answer(
    "Tally",
    **dict.fromkeys(COUNTERS, COUNT),
    mistakes=listed(answer("UnreadLine", line=COUNT, reason=TEXT)),
)
LIST = answer(
    "TagList",
    id=ID,
    name=TEXT,
    kind=KIND,
    site=SITE,
    by=optional(TEXT),
    lines=COUNT,
    at_work=FLAG,
    writes=FLAG,
    done=COUNT,
    foretold=optional(TALLY),
    brought=optional(TALLY),
    mistake=optional(TEXT),
    made_at=MOMENT,
)
SENT = wish("name", "text", name=TEXT, text=TEXT, kind=KIND, site=SITE, other_names=FLAG)


@bp.get("")
@needs(Right.ADMIN)
@described({200: answer("TagLists", lists=listed(LIST))})
def index() -> ResponseReturnValue:
    """Tell of the lists that were brought last."""
    return jsonify(lists=[_told(each) for each in bringing.list_lists(deps().sessions)])


@bp.post("")
@needs(Right.ADMIN)
@takes_up_to(LARGEST)
@described({201: LIST}, body=SENT)
def bring() -> ResponseReturnValue:
    """Bring a list: CSV or JSON, as boorus publish them, with the name of its file.

    It is looked through first; `foretold` tells what it would change. Nothing changes before it
    is taken up.
    """
    body = sent()
    text, label = needed_text(body, "text"), _label(body)
    made = bringing.bring_list(deps().sessions, io.BytesIO(text.encode()), label, hand())
    return _one(made), 201


@bp.get("/<id:list_id>")
@needs(Right.ADMIN)
@described({200: LIST})
def show(list_id: int) -> ResponseReturnValue:
    """Tell how far a list is, what it would change, and what it changed."""
    return _one(list_id)


@bp.post("/<id:list_id>/take")
@needs(Right.ADMIN)
@described({200: LIST})
def take(list_id: int) -> ResponseReturnValue:
    """Take up a list that was looked through; it is done in the background."""
    bringing.take_up(deps().sessions, list_id, hand())
    return _one(list_id)


@bp.delete("/<id:list_id>")
@needs(Right.ADMIN)
@described({204: None})
def drop(list_id: int) -> ResponseReturnValue:
    """Forget a list; where it is being taken up, it stops, and what it brought stays."""
    bringing.drop_list(deps().sessions, list_id)
    return "", 204


def _label(body: Any) -> Label:
    kind, site = text_in(body, "kind"), text_in(body, "site")
    if kind is not None and kind not in set(ListKind):
        raise InvalidInput(phrase("A list is of {kinds}.", kinds=", ".join(ListKind)))
    if site is not None and site not in SITES:
        raise InvalidInput(phrase("Lists of {sites} are known.", sites=", ".join(SITES)))
    return Label(
        needed_text(body, "name"),
        None if kind is None else ListKind(kind),
        site,
        body.get("other_names") is True,
    )


def _one(list_id: int) -> Response:
    return jsonify(_told(bringing.show_list(deps().sessions, list_id)))


def _told(found: BroughtList) -> dict[str, Any]:
    return asdict(found) | {"kind": found.kind.value, "made_at": found.made_at.isoformat()}
