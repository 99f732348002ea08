"""The page of sources: who is asked, what they learn of it, and how they are doing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.errors import Conflict, InvalidInput
from homebooru.services.lookups import switching
from homebooru.services.lookups.showing import SourceState, asked_now, lookups
from homebooru.services.lookups.switching import Credentials
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps
from homebooru.web.errors import status_of, wants_json
from homebooru.web.security import needs
from homebooru.web.words import moment

bp = Blueprint("sources", __name__)

SOON = timedelta(hours=20)


@bp.get("/sources")
@needs(Right.ADMIN)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/sources/<name>/<any(on, off):state>")
@needs(Right.ADMIN)
def switch(name: str, state: str) -> ResponseReturnValue:
    """Let a source be asked, or not any more; `boorus` means all of them."""
    keyed = deps().keyed_sites
    return _done(
        lambda: switching.switch(deps().sessions, name, enabled=state == "on", keyed=keyed)
    )


@bp.post("/sources/nobody")
@needs(Right.ADMIN)
def decline() -> ResponseReturnValue:
    """Ask nobody, and do not ask about it again."""
    return _done(lambda: switching.decline(deps().sessions))


@bp.post("/sources/<name>/key")
@needs(Right.ADMIN)
def keep_key(name: str) -> ResponseReturnValue:
    """Keep as whom a source is asked; an empty form forgets it."""
    user, key = (request.form.get(part, "").strip() for part in ("user", "key"))
    given = Credentials(user or None, key) if user or key else None
    return _done(
        lambda: switching.keep_credentials(deps().sessions, deps().key_ring, name, given), name
    )


@bp.post("/sources/<name>/again")
@needs(Right.ADMIN)
def ask_again(name: str) -> ResponseReturnValue:
    return _done(lambda: switching.ask_source_again(deps().sessions, name))


@bp.post("/sources/periods")
@needs(Right.ADMIN)
def keep_periods() -> ResponseReturnValue:
    """Set how long answers hold, and how long one is waited for."""
    days = {name: _days(text) for name, text in request.form.items() if name != "csrf_token"}
    return _done(lambda: switching.keep_periods(deps().sessions, days), "periods")


@bp.app_template_global()
def asks_whom_to_ask() -> bool:
    """Tell whether an admin is to be asked, once, who may be asked about the pictures."""
    if "sources" in deps().settings.given or not actor().may(Right.ADMIN):
        return False
    return switching.is_undecided(deps().sessions)


@bp.app_template_global()
def sources_asked() -> tuple[SourceState, ...]:
    """Return how the sources are doing that may be asked."""
    return asked_now(deps().sessions)


@bp.app_template_filter()
def by_clock(value: datetime) -> str:
    """Spell a moment to come: the time of the day, with the date where it is far."""
    is_soon = value - datetime.now(UTC) < SOON
    return value.astimezone().strftime("%H:%M") if is_soon else moment(value)


def _days(text: str) -> int:
    """Read a number of days; what is none is refused with the others."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _done(act: Callable[[], object], about: str | None = None) -> ResponseReturnValue:
    """Do something, and show the page; a person reads there what could not be done, and why."""
    try:
        act()
    except (InvalidInput, Conflict) as error:
        if wants_json():
            raise
        return _page(mistake=str(error), about=about), status_of(error)
    wanted = request.form.get("next")
    return redirect(request.root_path + our_page(wanted) if wanted else url_for(".show"), code=303)


def _page(*, mistake: str | None = None, about: str | None = None) -> str:
    return render_template(
        "sources/show.html",
        lookups=lookups(deps().sessions),
        contact=deps().settings.contact,
        keyed=deps().keyed_sites,
        mistake=mistake,
        about=about,
    )
