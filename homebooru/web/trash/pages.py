"""The page of the trash: what is in it, what goes back, and how it is emptied."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.editing import batches, bulk
from homebooru.services.searching import search
from homebooru.services.trash import showing
from homebooru.web.addresses import our_page
from homebooru.web.current import deps, scope
from homebooru.web.editing.wishes import hand
from homebooru.web.gallery import Paging
from homebooru.web.keeping.bodies import whole_number
from homebooru.web.media import NUMBER
from homebooru.web.security import needs

bp = Blueprint("trash", __name__)

PAGE = 60


@bp.get("/trash")
def show() -> ResponseReturnValue:
    """Show what is in the trash, the newest first, or only how far its files are."""
    view = showing.show_trash(deps().sessions, scope())
    if "X-Fragment" in request.headers:
        return render_template("trash/_state.html", trash=view)
    page = max(1, whole_number("page", 1))
    answer = search(
        deps().sessions,
        showing.IN_TRASH,
        scope(),
        limit=PAGE,
        offset=(page - 1) * PAGE,
        finder=deps().finder,
    )
    return render_template("trash/show.html", trash=view, answer=answer, paging=Paging.of(answer))


@bp.post("/trash/restore")
def restore() -> ResponseReturnValue:
    """Take the posts in `ids` out of the trash, or with `all` everything in it."""
    if "all" in request.form:
        bulk.edit_found(
            deps().sessions,
            showing.IN_TRASH,
            showing.RESTORE,
            scope(),
            hand(),
            finder=deps().finder,
        )
    else:
        ids = [
            int(number) for text in request.form.getlist("ids") for number in NUMBER.findall(text)
        ]
        batches.edit_posts(deps().sessions, ids, showing.RESTORE, scope(), hand())
    return redirect(url_for(".show"), code=303)


@bp.get("/trash/empty")
@needs(Right.ADMIN)
def ask_to_empty() -> ResponseReturnValue:
    """Ask once more, with how much would be gone for good."""
    trash = showing.show_trash(deps().sessions, scope())
    return render_template("trash/empty.html", trash=trash)


@bp.post("/trash/empty")
@needs(Right.ADMIN)
def empty() -> ResponseReturnValue:
    """Remove what lies in the trash, for somebody who was told how many `files` that are."""
    told = request.form.get("files", "")
    if not NUMBER.fullmatch(told) or "sure" not in request.form:
        raise InvalidInput(phrase("Say that you are sure, on the page that tells how much it is."))
    showing.empty_trash(deps().sessions, int(told), scope())
    return redirect(url_for(".show"), code=303)


@bp.post("/posts/<id:post_id>/trash")
def throw_away(post_id: int) -> ResponseReturnValue:
    """Put a post into the trash, or with `back` take it out."""
    does = showing.restore if "back" in request.form else showing.throw_away
    does(deps().sessions, post_id, scope(), hand())
    wanted = request.form.get("next")
    return redirect(
        request.root_path + our_page(wanted) if wanted else url_for("posts.show", post_id=post_id),
        code=303,
    )
