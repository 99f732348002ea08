"""What goes on in the library, told above the pictures while it does."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.services.library.news import News, library_news
from homebooru.web.current import deps, scope

bp = Blueprint("news", __name__)


@bp.get("/news")
def show() -> ResponseReturnValue:
    """Tell how far the reading is, for a page that asks again and again."""
    if "X-Fragment" not in request.headers:
        return redirect(url_for("gallery.index"))
    return render_template("gallery/_reading.html", news=news(), watching=True)


@bp.app_template_global()
def news() -> News:
    """Return what goes on in the folders that the visitor may see."""
    return library_news(deps().sessions, scope())
