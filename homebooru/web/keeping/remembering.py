"""Remembers what people search for, once the answer is on its way."""

from __future__ import annotations

import logging
from functools import partial

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from homebooru.db.engine import Sessions
from homebooru.errors import HomeBooruError
from homebooru.services.keeping.history import remember_search
from homebooru.web.current import actor, deps
from homebooru.web.preferences import preferences

log = logging.getLogger(__name__)

PLACES = ("page", "after", "before", "at")  # of a page that goes on with a search


def is_remembering() -> bool:
    """Tell whether this browser's searches are remembered, and past ones are shown in it."""
    return preferences().remember and not preferences().safe


def remember(response: Response, text: str) -> Response:
    """Keep a search in the history once its page is sent, if a person made it just now."""
    if text and response.status_code == 200 and _is_made_by_person() and is_remembering():
        kept = partial(_keep, deps().sessions, actor().account.id, text)
        response.call_on_close(kept)
    return response


def _is_made_by_person() -> bool:
    """Tell programs, going on in a search, other sites and what browsers fetch ahead apart."""
    headers = request.headers
    return (
        actor().key_id is None
        and request.method == "GET"
        and "text/html" in headers.get("Accept", "")
        and headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and headers.get("Sec-Fetch-Site", "none") != "cross-site"
        and not {"Purpose", "Sec-Purpose", "X-Fragment"} & set(headers.keys())
        and not any(place in request.args for place in PLACES)
    )


def _keep(sessions: Sessions, account_id: int, text: str) -> None:
    try:
        remember_search(sessions, account_id, text)
    except (HomeBooruError, SQLAlchemyError) as error:
        log.warning("A search could not be remembered: %s", error)
