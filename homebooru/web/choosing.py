"""Keeping what a visitor chooses in the view menu, or by a key."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, request
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.web import cookies
from homebooru.web.addresses import our_page
from homebooru.web.preferences import changed, preferences, written
from homebooru.web.security import needs

bp = Blueprint("preferences", __name__)

KEPT_SECONDS = 400 * 86_400  # the longest that browsers keep a cookie


@bp.post("/preferences")
@needs(Right.READ)
def save() -> ResponseReturnValue:
    """Keep what the form says, and go back to where it was sent from."""
    chosen = changed(preferences(), request.form)
    if "X-Fragment" in request.headers:
        response = make_response("", 204)
    else:
        target = our_page(request.form.get("next"))
        response = make_response(redirect(request.root_path + target, code=303))
    cookies.keep(response, cookies.VIEW, written(chosen), seconds=KEPT_SECONDS)
    return response
