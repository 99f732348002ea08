"""The page of sidecars: where tags are written beside pictures, what, and back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.db.engine import Sessions
from homebooru.domain.accounts import Right
from homebooru.domain.outgoing.profile import Naming, Profile, Spelling
from homebooru.domain.outgoing.sidecars import RootSidecars
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput
from homebooru.services.library.status import library_status
from homebooru.services.outgoing import allowing, showing
from homebooru.services.outgoing.choosing import current_profile
from homebooru.web.current import deps, scope
from homebooru.web.errors import status_of, wants_json
from homebooru.web.security import needs

bp = Blueprint("sidecars", __name__)

LOOKED_AT = 200
FLAGS = ("people", "boorus", "models", "stars", "ratings", "favourites", "descriptions")
STEERED: dict[str, Callable[[Sessions, int], Any]] = {
    "allow": allowing.allow,
    "forbid": allowing.forbid,
    "undo": allowing.undo,
    "again": allowing.write_again,
    "close": lambda sessions, root: allowing.mark_read_only(sessions, root, read_only=True),
    "open": lambda sessions, root: allowing.mark_read_only(sessions, root, read_only=False),
}


@bp.get("/sidecars")
@needs(Right.ADMIN)
def show() -> ResponseReturnValue:
    return _page()


@bp.get("/sidecars/<id:root_id>")
@needs(Right.ADMIN)
def preview(root_id: int) -> ResponseReturnValue:
    """Show what would be written beside the pictures of a folder; nothing is."""
    told = showing.preview(deps().sessions, deps().sidecars, root_id, scope(), limit=LOOKED_AT)
    return _page(told=told, told_root=root_id)


@bp.post("/sidecars/<id:root_id>/<any(allow, forbid, undo, again, close, open):step>")
@needs(Right.ADMIN)
def steer(root_id: int, step: str) -> ResponseReturnValue:
    """Allow writing, stop it, take back what was written, or write again what others took out."""
    STEERED[step](deps().sessions, root_id)
    return redirect(url_for(".show", _anchor=f"root-{root_id}"), code=303)


@bp.post("/sidecars")
@needs(Right.ADMIN)
def change() -> ResponseReturnValue:
    """Keep what goes into sidecars; those that are allowed follow."""
    wanted: dict[str, Any] = {name: name in request.form for name in FLAGS}
    wanted |= {
        "root": request.form.get("root", ""),
        "general": request.form.get("general", Profile().general, type=int),
        "spelling": request.form.get("spelling", Spelling.BOORU),
        "characters": request.form.get("characters", Naming.SAME),
        "categories": request.form.getlist("categories"),
    }
    try:
        allowing.change_profile(deps().sessions, wanted)
    except InvalidInput as error:
        if wants_json():
            raise
        return _page(mistake=str(error)), status_of(error)
    return redirect(url_for(".show"), code=303)


def _page(**more: Any) -> str:
    return render_template(
        "outgoing/show.html",
        roots=library_status(deps().sessions, scope()).roots,
        states=showing.sidecars_by_root(deps().sessions),
        nothing=RootSidecars(),
        profile=current_profile(deps().sessions),
        categories=tuple(Category),
        **more,
    )
