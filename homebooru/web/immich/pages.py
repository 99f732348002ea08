"""The page of Immich: where it is, for whom it is asked, and what may be asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.immich.access import MERGING, READING, WRITING
from homebooru.domain.immich.address import read_address, read_key
from homebooru.errors import Conflict, HomeBooruError, InvalidInput, RemoteError
from homebooru.phrases import phrase
from homebooru.services.immich import connecting, granting, household
from homebooru.web.current import deps
from homebooru.web.errors import status_of, wants_json
from homebooru.web.immich.mirror import mirror_parts
from homebooru.web.media import NUMBER
from homebooru.web.security import needs

bp = Blueprint("immich", __name__)


@bp.get("/immich")
@needs(Right.ADMIN)
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/immich")
@needs(Right.ADMIN)
def connect() -> ResponseReturnValue:
    """Check an address and a key with the server, and keep both if they fit."""
    return _done(lambda: _connect(request.form.get("address", ""), request.form.get("key", "")))


@bp.post("/immich/users/<uuid:owner_id>/check")
@needs(Right.ADMIN)
def check(owner_id: UUID) -> ResponseReturnValue:
    """Ask again what a user's key may do."""
    return _done(lambda: _check(owner_id))


@bp.post("/immich/users/<uuid:owner_id>/forget")
@needs(Right.ADMIN)
def forget(owner_id: UUID) -> ResponseReturnValue:
    """Let go of a user's key."""
    return _done(lambda: connecting.forget_user(deps().sessions, owner_id))


@bp.post("/immich/users/<uuid:owner_id>/allow")
@needs(Right.ADMIN)
def allow(owner_id: UUID) -> ResponseReturnValue:
    """Say which of a user's pictures may be asked for, who sees them, and what may be done."""
    form = request.form
    seen_by = [int(one) for one in form.getlist("guests") if NUMBER.fullmatch(one)]
    return _done(
        lambda: granting.allow(
            deps().sessions,
            owner_id,
            form.getlist("visibilities"),
            shown_to=seen_by,
            takes_trash="takes_trash" in form,
        )
    )


def _connect(address: str, key: str) -> None:
    """Keep a user; whose mistake it is, the address's or the key's, is told apart."""
    here = deps()
    url = read_address(here.settings.immich_url or address)
    text = read_key(key)
    known = here.immich_address
    if known is not None and read_address(known) != url and connecting.users(here.sessions):
        raise Conflict(phrase("Let go of the users of the other Immich first."))
    checked = here.check_immich(url, text)
    if here.settings.immich_url is None:
        connecting.keep_address(here.sessions, url)
    connecting.keep_user(here.sessions, checked, text, ring=here.key_ring)


def _check(owner_id: UUID) -> None:
    here = deps()
    try:
        connecting.check_again(
            here.sessions, here.key_ring, here.settings.immich_api_key, owner_id, here.ask_immich
        )
    except RemoteError as error:
        connecting.note_failure(here.sessions, owner_id, error)


def _done(change: Callable[[], Any]) -> ResponseReturnValue:
    """Go back to the page; it says where something could not be done. Keys are not shown again.

    What may be asked for is then read at once.
    """
    try:
        change()
    except (InvalidInput, Conflict, RemoteError) as error:
        if wants_json():
            raise
        return _page(mistake=error), status_of(error)
    household.ask_now(deps().sessions)
    return redirect(url_for(".show"), code=303)


def _page(mistake: HomeBooruError | None = None) -> str:
    here = deps()
    entered = request.form.get("address", "") if mistake else ""
    return render_template(
        "immich/show.html",
        address=here.immich_address,
        entered=_shown(entered),
        is_fixed=here.settings.immich_url is not None,
        fixed_key=here.settings.immich_api_key is not None,
        folders=here.settings.immich_path_map,
        users=connecting.users(here.sessions),
        visibilities=granting.KNOWN,
        guests=granting.guests(here.sessions),
        needed={"read": READING, "write": WRITING, "merge": MERGING},
        mistake=None if mistake is None else str(mistake),
        **mirror_parts(),
    )


def _shown(entered: str) -> str:
    """Return an address that was entered; what is none is not repeated: it may be a key."""
    try:
        return read_address(entered)
    except InvalidInput:
        return ""
