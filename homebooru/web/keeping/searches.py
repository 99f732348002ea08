"""The page of saved searches: what each finds now, and changing them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.searches import SavedSearch
from homebooru.domain.query.writing import write_value
from homebooru.errors import Conflict, InvalidInput, QuerySyntaxError
from homebooru.services.keeping import history, searches
from homebooru.services.searching import search_on
from homebooru.web.addresses import our_page
from homebooru.web.current import actor, deps, scope
from homebooru.web.errors import status_of
from homebooru.web.keeping.remembering import is_remembering
from homebooru.web.search.mistakes import Mistake, mistake_in

bp = Blueprint("searches", __name__)

SHOWN = 50
"""Past searches on the page, and searches of either kind in the menu of the search box."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote that cannot be kept, and why; `search` is what they wanted to change."""

    name: str
    query: str
    search: SavedSearch | None = None
    mistake: Mistake | None = None
    reason: str = ""


@bp.get("/searches")
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/searches")
def save() -> ResponseReturnValue:
    """Save what a form says, and go back to where it was sent from."""
    name, query = request.form.get("name", ""), request.form.get("tags", "")
    try:
        searches.save_search(deps().sessions, actor().account.id, name, query, scope())
    except (InvalidInput, Conflict) as error:
        return _refuse(name, query, error)
    return _back()


@bp.post("/searches/<id:search_id>")
def change(search_id: int) -> ResponseReturnValue:
    name, query = request.form.get("name", ""), request.form.get("tags", "")
    me, key = actor().account.id, str(search_id)
    search = searches.get_search(deps().sessions, me, key)
    try:
        searches.change_search(deps().sessions, me, key, scope(), name=name, query=query)
    except (InvalidInput, Conflict) as error:
        return _refuse(name, query, error, search)
    return _back()


@bp.post("/searches/<id:search_id>/remove")
def remove(search_id: int) -> ResponseReturnValue:
    """Remove a saved search, and offer at once to take that back."""
    removed = searches.remove_search(deps().sessions, actor().account.id, str(search_id))
    return _page(removed=removed)


@bp.get("/searches/<id:search_id>/slideshow")
def slideshow(search_id: int) -> ResponseReturnValue:
    """Lead to the first post that a saved search finds now, and show one after the other."""
    saved = searches.get_search(deps().sessions, actor().account.id, str(search_id))
    query = saved_query(saved)
    posts = search_on(deps().sessions, query, scope(), 0, limit=1, finder=deps().finder)
    if not posts:
        return redirect(url_for("gallery.index", tags=query))
    return redirect(url_for("posts.show", post_id=posts[0].id, tags=query, _anchor="slideshow"))


@bp.post("/searches/history/forget")
def forget() -> ResponseReturnValue:
    """Forget one past search, or all."""
    query = request.form.get("query")
    history.forget_searches(deps().sessions, actor().account.id, query)
    return ("", 204) if "X-Fragment" in request.headers else _back()


@bp.get("/searches/menu")
def menu() -> ResponseReturnValue:
    """Offer what was saved and what was asked before, for the list below the search box."""
    if "X-Fragment" not in request.headers:
        return redirect(url_for(".show"))
    me = actor().account.id
    return render_template(
        "keeping/_menu.html",
        saved=searches.list_searches(deps().sessions, me)[:SHOWN],
        past=_past(),
    )


@bp.app_template_global()
def saved_query(search: SavedSearch) -> str:
    """Return the search that finds what a saved one finds, whatever it will be changed to."""
    return f"search:{write_value(search.name)}"


def _refuse(
    name: str, query: str, error: InvalidInput | Conflict, search: SavedSearch | None = None
) -> ResponseReturnValue:
    if isinstance(error, QuerySyntaxError):
        draft = Draft(name, query, search, mistake_in(query.strip(), error))
    else:
        draft = Draft(name, query, search, reason=str(error))
    return _page(draft=draft), status_of(error)


def _page(draft: Draft | None = None, removed: SavedSearch | None = None) -> str:
    saved = searches.list_searches(deps().sessions, actor().account.id)
    return render_template(
        "keeping/searches.html",
        searches=searches.count_searches(deps().sessions, saved, scope(), finder=deps().finder),
        past=_past(),
        remembers=is_remembering(),
        draft=draft,
        removed=removed,
    )


def _past() -> list[str]:
    """Return what was asked before; with safe mode on, nobody shall read it over a shoulder."""
    if not is_remembering():
        return []
    found = history.past_searches(deps().sessions, actor().account.id, limit=SHOWN)
    return [past.query for past in found]


def _back() -> ResponseReturnValue:
    """Go on to the page of ours that the form names, or to the page of saved searches."""
    wanted = request.form.get("next")
    return redirect(request.root_path + our_page(wanted) if wanted else url_for(".show"), code=303)
