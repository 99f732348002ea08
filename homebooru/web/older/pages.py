"""Pages of a file-based HomeBooru, which lead to those of today."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.takeover.asking import asked_today
from homebooru.services.takeover.addresses import post_at
from homebooru.web.current import deps, scope

bp = Blueprint("older", __name__)


@bp.get("/image/<path:filepath>")
@bp.get("/view/<path:filepath>")
def image(filepath: str) -> ResponseReturnValue:
    """Lead to the post that lies at a path."""
    return redirect(url_for("posts.show", post_id=post_at(deps().sessions, filepath, scope())))


@bp.get("/similar/<path:filepath>")
def similar(filepath: str) -> ResponseReturnValue:
    """Lead to what looks like the post at a path."""
    return redirect(url_for("similar.show", post_id=post_at(deps().sessions, filepath, scope())))


def gallery_address() -> str:
    """Return where the first page's address leads: it may be one of an old search."""
    asked = request.args
    return url_for(
        "gallery.index",
        tags=asked_today(asked.get("query", "")) or None,
        page=asked.get("page"),
        limit=asked.get("per_page"),
    )
