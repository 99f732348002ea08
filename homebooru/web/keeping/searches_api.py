"""Saved and past searches for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.keeping.searches import CountedSearch, SavedSearch
from homebooru.services.keeping import history, searches
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import COUNT, ID, MOMENT, TEXT, answer, listed, optional, wish
from homebooru.web.current import actor, deps, scope
from homebooru.web.keeping.bodies import needed_text, sent, text_in

bp = Blueprint("searches_api", __name__, url_prefix="/api/searches")

SEARCH = answer(
    "SavedSearch",
    id=ID,
    name=TEXT,
    query=TEXT,
    count=optional(COUNT),
    mistake=optional(TEXT),
    created_at=MOMENT,
    updated_at=MOMENT,
)
PAST = answer("PastSearch", query=TEXT, times=COUNT, asked_at=MOMENT)


@bp.get("")
@described({200: answer("SavedSearches", searches=listed(SEARCH))})
def list_all() -> ResponseReturnValue:
    """List what the account has saved, each with how many posts it finds now."""
    saved = searches.list_searches(deps().sessions, actor().account.id)
    found = searches.count_searches(deps().sessions, saved, scope(), finder=deps().finder)
    return jsonify(searches=[_told(each) for each in found])


@bp.post("")
@described({201: SEARCH}, body=wish("name", "query", name=TEXT, query=TEXT))
def save() -> ResponseReturnValue:
    """Save `query` under `name`."""
    body = sent()
    name, query = needed_text(body, "name"), needed_text(body, "query")
    saved = searches.save_search(deps().sessions, actor().account.id, name, query, scope())
    return jsonify(_counted(saved)), 201, {"Location": url_for(".show", key=saved.id)}


@bp.get("/<key>")
@described({200: SEARCH})
def show(key: str) -> ResponseReturnValue:
    """Tell of a saved search, named by its number or its name."""
    return jsonify(_counted(searches.get_search(deps().sessions, actor().account.id, key)))


@bp.patch("/<key>")
@described({200: SEARCH}, body=wish(name=TEXT, query=TEXT))
def change(key: str) -> ResponseReturnValue:
    """Change `name`, `query` or both of a search, named by its number or its name."""
    body = sent()
    changed = searches.change_search(
        deps().sessions,
        actor().account.id,
        key,
        scope(),
        name=text_in(body, "name"),
        query=text_in(body, "query"),
    )
    return jsonify(_counted(changed))


@bp.delete("/<key>")
@described({200: answer("RemovedSearch", name=TEXT, query=TEXT)})
def remove(key: str) -> ResponseReturnValue:
    """Remove a search; what it was is the answer, fit to be sent again."""
    removed = searches.remove_search(deps().sessions, actor().account.id, key)
    return jsonify(name=removed.name, query=removed.query)


@bp.get("/history")
@described({200: answer("PastSearches", history=listed(PAST))})
def list_history() -> ResponseReturnValue:
    """List what was asked before, the newest first."""
    past = history.past_searches(deps().sessions, actor().account.id)
    return jsonify(
        history=[
            {"query": each.query, "times": each.times, "asked_at": each.asked_at.isoformat()}
            for each in past
        ]
    )


@bp.delete("/history")
@described({204: None}, query={"q": TEXT})
def forget() -> ResponseReturnValue:
    """Forget what was asked before: all of it, or the search in `q`."""
    history.forget_searches(deps().sessions, actor().account.id, request.args.get("q"))
    return "", 204


def _counted(search: SavedSearch) -> dict[str, Any]:
    [counted] = searches.count_searches(deps().sessions, [search], scope(), finder=deps().finder)
    return _told(counted)


def _told(counted: CountedSearch) -> dict[str, Any]:
    search = counted.search
    return {
        "id": search.id,
        "name": search.name,
        "query": search.query,
        "count": counted.count,
        "mistake": counted.mistake,
        "created_at": search.created_at.isoformat(),
        "updated_at": search.updated_at.isoformat(),
    }
