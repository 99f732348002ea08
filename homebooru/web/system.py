"""The state of the library, refreshed by itself, and what an admin may do about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.db.engine import Sessions
from homebooru.domain.accounts import Right
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services import jobs
from homebooru.services.library import renewing, roots
from homebooru.services.library.news import library_news
from homebooru.services.library.status import library_status
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps, scope
from homebooru.web.errors import status_of, wants_json
from homebooru.web.security import needs

bp = Blueprint("system", __name__)

STEERED: dict[str, Callable[[Sessions, int], None]] = {
    "pause": jobs.pause,
    "resume": jobs.resume,
    "cancel": jobs.cancel,
    "retry": jobs.retry,
}


RENEWED: dict[str, Callable[[Sessions], None]] = {
    "tags": renewing.derive_all,
    "thumbnails": renewing.prepare_all,
    "all": renewing.reload_all,
}


@bp.get("/system")
def show() -> ResponseReturnValue:
    """Show the page, or only its living part."""
    return _page("system/_status.html" if "X-Fragment" in request.headers else "system/show.html")


@bp.get("/news")
def tell_news() -> ResponseReturnValue:
    """Tell how far the reading is, for a page of pictures that asks again and again."""
    if "X-Fragment" not in request.headers:
        return redirect(url_for("gallery.index"))
    news = library_news(deps().sessions, scope())
    return render_template("gallery/_reading.html", news=news, watching=True)


@bp.post("/system/roots")
@needs(Right.ADMIN)
def add_folder() -> ResponseReturnValue:
    """Add a folder; a person who wrote what cannot be reads why beside what was written."""
    wanted = request.form.get("path", "").strip()
    try:
        roots.add_root(deps().sessions, _folder(wanted), never=deps().settings.data)
    except (InvalidInput, Conflict) as error:
        if wants_json():
            raise
        return _page(
            "system/show.html", folder_wanted=wanted, folder_mistake=str(error)
        ), status_of(error)
    return _back()


@bp.post("/system/roots/<id:root_id>/remove")
@needs(Right.ADMIN)
def remove_folder(root_id: int) -> ResponseReturnValue:
    roots.remove_root(deps().sessions, root_id)
    return _back()


@bp.post("/system/roots/<id:root_id>/scan")
@needs(Right.ADMIN)
def scan_folder(root_id: int) -> ResponseReturnValue:
    roots.request_scan(deps().sessions, root_id, again=True)
    return _back()


@bp.post("/system/roots/<id:root_id>/gone")
@needs(Right.ADMIN)
def confirm_gone(root_id: int) -> ResponseReturnValue:
    roots.confirm_gone(deps().sessions, root_id)
    return _back()


@bp.post("/system/roots/<id:root_id>/trash/<any(move, hide):trash>")
@needs(Right.ADMIN)
def keep_trash(root_id: int, trash: str) -> ResponseReturnValue:
    """Say what becomes of files that are thrown away from now on."""
    roots.keep_trash(deps().sessions, root_id, trash)
    return _back()


@bp.post("/system/scan")
@needs(Right.ADMIN)
def scan_all() -> ResponseReturnValue:
    roots.request_scan(deps().sessions, again=True)
    return _back()


@bp.post("/system/renew/<any(tags, thumbnails, all):what>")
@needs(Right.ADMIN)
def renew(what: str) -> ResponseReturnValue:
    """Do anew, for all posts, what was done before."""
    RENEWED[what](deps().sessions)
    return _back()


@bp.post("/system/monitor/<any(on, off):state>")
@needs(Right.ADMIN)
def switch_monitor(state: str) -> ResponseReturnValue:
    jobs.set_monitor(deps().sessions, enabled=state == "on")
    return _back()


@bp.post("/system/jobs/<id:job_id>/<wish>")
@needs(Right.ADMIN)
def steer_job(job_id: int, wish: str) -> ResponseReturnValue:
    if wish not in STEERED:
        raise NotFound(phrase("A job can be paused, resumed, cancelled or tried again."))
    STEERED[wish](deps().sessions, job_id)
    return _back()


def _page(template: str, **more: str) -> str:
    """Draw the state of the library.

    What jobs do and could not do is for admins: it tells of files beyond anybody else's scope.
    """
    is_admin = actor().may(Right.ADMIN)
    return render_template(
        template,
        status=library_status(deps().sessions, scope()),
        jobs=jobs.list_jobs(deps().sessions) if is_admin else (),
        monitor=jobs.monitor_status(deps().sessions),
        **more,
    )


def _folder(text: str) -> Path:
    if not text.startswith(("/", "~")) or "\0" in text:
        raise InvalidInput(phrase("Write the whole path of the folder, beginning with a slash."))
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InvalidInput(
            phrase("Nobody here has the home folder {value}.", value=text.partition("/")[0])
        ) from None


def _back() -> ResponseReturnValue:
    """Go on to the page of ours that the form names, or to the state of the library."""
    wanted = request.form.get("next")
    return redirect(request.root_path + our_page(wanted) if wanted else url_for(".show"), code=303)
