"""The page of pushes to Immich: what would go there, how far that is, and back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.db.engine import Sessions
from homebooru.domain.accounts import Right
from homebooru.services.outgoing import steering
from homebooru.services.outgoing.foretelling import foretell
from homebooru.web.current import deps, scope
from homebooru.web.security import needs

bp = Blueprint("pushes", __name__, url_prefix="/immich/push")

STEERED: dict[str, Callable[[Sessions], Any]] = {
    "start": steering.start,
    "stop": steering.stop,
    "again": steering.push_again,
    "retry": steering.try_again,
    "remove": steering.remove_all,
}


@bp.get("")
@needs(Right.ADMIN)
def show() -> ResponseReturnValue:
    """Show how pushing is; asked for a fragment, that part alone."""
    if "X-Fragment" in request.headers:
        return render_template("outgoing/_pushes.html", state=steering.push_state(deps().sessions))
    return _page()


@bp.get("/preview")
@needs(Right.ADMIN)
def preview() -> ResponseReturnValue:
    """Show what would be put on assets; nothing is, and Immich is not asked."""
    return _page(told=foretell(deps().sessions, deps().immich_places(), scope()))


@bp.post("/<any(start, stop, again, retry, remove):deed>")
@needs(Right.ADMIN)
def steer(deed: str) -> ResponseReturnValue:
    """Push from now on, stop, push again what was held back, try again, or take it all back."""
    STEERED[deed](deps().sessions)
    return redirect(url_for(".show"), code=303)


@bp.post("/<id:run_id>/undo")
@needs(Right.ADMIN)
def undo(run_id: int) -> ResponseReturnValue:
    """Take back what one push put on assets and took off them."""
    steering.undo(deps().sessions, run_id)
    return redirect(url_for(".show", _anchor="pushes"), code=303)


def _page(**more: Any) -> str:
    state = steering.push_state(deps().sessions)
    return render_template("outgoing/push.html", state=state, **more)
