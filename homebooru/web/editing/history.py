"""The pages of the history: of one post, of the whole gallery, and taking much of it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Account, Right
from homebooru.domain.claims import About
from homebooru.domain.editing.history import BackPreview, HistoryWish, Spot
from homebooru.domain.editing.words import Via
from homebooru.errors import InvalidInput, NotAllowed
from homebooru.phrases import phrase
from homebooru.services.accounts.accounts import list_accounts
from homebooru.services.editing import batches
from homebooru.services.editing.foretelling import foretell_account, foretell_batch
from homebooru.services.editing.history import find_tag, list_edits, list_entries
from homebooru.services.posts import get_post
from homebooru.web.addresses import plain_number
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.edits_api import moment
from homebooru.web.editing.wishes import hand

bp = Blueprint("history", __name__)

A_PAGE = 50
DIGITS = 9  # of a number that a row may have
FILTERS = ("who", "via", "what", "tag", "post", "since")


@bp.get("/history")
def index() -> ResponseReturnValue:
    """Show what was changed in the whole gallery; what a batch did is one entry."""
    wish = _wish()
    entries = (
        list_entries(deps().sessions, scope(), wish, limit=A_PAGE, before=_spot())
        if wish is not None
        else ()
    )
    return render_template(
        "history/index.html",
        entries=entries,
        asked={name: request.args.get(name, "") for name in FILTERS},
        people=_people(),
        older=_older(entries[-1].spot) if len(entries) == A_PAGE else None,
        abouts=list(About),
        vias=list(Via),
        came_from=spot.made_at if (spot := _spot()) else None,
    )


@bp.get("/posts/<id:post_id>/history")
def of_post(post_id: int) -> ResponseReturnValue:
    """Show all that was changed of a post."""
    details = get_post(deps().sessions, post_id, scope(), finder=deps().finder)
    before = request.args.get("before", type=int)
    wish = HistoryWish(post_id=post_id)
    lines = list_edits(deps().sessions, scope(), wish, limit=A_PAGE, before=before)
    return render_template("history/post.html", post=details.post, lines=lines, a_page=A_PAGE)


@bp.get("/history/revert")
def ask_revert() -> ResponseReturnValue:
    """Foretell what taking back a batch, or a person's acts since a moment, would change."""
    batch_id = request.args.get("batch", type=int)
    if batch_id is not None:
        batch = batches.show_batch(deps().sessions, batch_id, scope())
        preview = foretell_batch(deps().sessions, batch_id, scope())
        return _confirm(preview, batch=batch)
    account, since = _whose(request.args.get("account", type=int), request.args.get("since", ""))
    preview = foretell_account(deps().sessions, account.id, since, scope())
    return _confirm(preview, account=account, since=since)


@bp.post("/history/revert")
def revert() -> ResponseReturnValue:
    """Take back a batch, or a person's acts since a moment; that is a batch itself."""
    batch_id = request.form.get("batch", type=int)
    if batch_id is not None:
        undone = batches.revert_batch(deps().sessions, batch_id, scope(), hand())
    else:
        account, since = _whose(
            request.form.get("account", type=int), request.form.get("since", "")
        )
        undone = batches.revert_account(deps().sessions, account.id, since, scope(), hand())
    return redirect(url_for("batches.show", batch_id=undone.id), code=303)


def _confirm(preview: BackPreview, **what: object) -> str:
    return render_template("history/confirm.html", preview=preview, **what)


def _whose(account_id: int | None, since: str) -> tuple[Account, datetime]:
    """Return whose acts since when are to be taken back: one's own, or as an admin."""
    mine = actor().account
    if account_id is None or account_id == mine.id:
        return mine, moment(since)
    if not actor().may(Right.ADMIN):
        raise NotAllowed(phrase("Only an admin may take back what others edited, all at once."))
    found = next((one for one in _people() if one.id == account_id), None)
    if found is None:
        raise InvalidInput(phrase("There is no such account."))
    return found, moment(since)


def _people() -> Sequence[Account]:
    return list_accounts(deps().sessions)


def _wish() -> HistoryWish | None:
    """Return what is asked for; None where it can be of nothing. Raises InvalidInput."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    tag = (
        find_tag(deps().sessions, "_".join(asked["tag"].lower().split())) if asked["tag"] else None
    )
    if asked["tag"] and tag is None:
        return None
    return HistoryWish(
        account_id=plain_number(asked["who"], most_digits=DIGITS),
        via=Via(asked["via"]) if asked["via"] in set(Via) else None,
        about=About(asked["what"]) if asked["what"] in set(About) else None,
        tag_id=tag,
        post_id=plain_number(asked["post"], most_digits=DIGITS),
        since=moment(asked["since"]) if asked["since"] else None,
    )


def _spot() -> Spot | None:
    """Read the entry that was seen last."""
    text, _, spelled = request.args.get("before", "").partition("@")
    number = plain_number(text.lstrip("b"), most_digits=DIGITS)
    return Spot(moment(spelled), number, text.startswith("b")) if number is not None else None


def _older(spot: Spot) -> str:
    asked = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    before = f"{'b' if spot.is_batch else ''}{spot.id}@{spot.made_at.isoformat()}"
    return url_for(".index", before=before, **asked)  # type: ignore[arg-type]
