"""Editing many posts on a page: what it would change, how far it is, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.editing.batches import BatchView, Preview
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.posts import PostView
from homebooru.errors import InvalidInput, NewTags, QuerySyntaxError
from homebooru.phrases import phrase
from homebooru.services.editing import batches, bulk
from homebooru.services.editing.history import list_edits
from homebooru.services.searching import search
from homebooru.web.current import deps, scope
from homebooru.web.editing.history import A_PAGE
from homebooru.web.editing.wishes import hand
from homebooru.web.media import NUMBER

bp = Blueprint("batches", __name__, url_prefix="/batches")

FEW = 50  # posts that are edited without a look at what would change
EXAMPLES = 8
MOST_IDS = 10_000
RATINGS = ("g", "s", "q", "e", "none")
MARKS = ("is:reviewed", "-is:reviewed", "is:trashed", "-is:trashed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants changed, of which posts: all that `query` finds, or those in `ids`."""

    query: str
    ids: str
    script: str
    create: bool
    previewed: str

    @property
    def target(self) -> str:
        """Return the posts as a search."""
        return f"id:{','.join(NUMBER.findall(self.ids))} status:any" if self.ids else self.query


@bp.get("/new")
def ask() -> ResponseReturnValue:
    """Show the form, and what would change once it is known what is wanted."""
    wanted = _wanted(request.args)
    return _form(wanted, _previewed(wanted) if wanted.script else None)


@bp.post("/new")
def make() -> ResponseReturnValue:
    """Edit the posts; where they are many, only who was shown what would change."""
    wanted = _wanted(request.form)
    try:
        if request.form.get("does") == "ask":
            return _form(wanted)
        if not wanted.script:
            raise InvalidInput(phrase("Say what is to change."))
        seen = _previewed(wanted)
        known = request.form.get("does") == "apply" and wanted.previewed == wanted.script
        if request.form.get("does") == "preview" or not (known or seen.posts <= FEW):
            return _form(wanted, seen)
        made = bulk.edit_found(
            deps().sessions,
            wanted.target,
            wanted.script,
            scope(),
            hand(),
            create=wanted.create,
            finder=deps().finder,
        )
    except NewTags:
        return _form(wanted, _previewed(wanted))
    except (InvalidInput, QuerySyntaxError) as error:
        return _form(wanted, mistake=str(error)), 400
    return _lead_to(made)


@bp.get("/<id:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Show a batch and what it did to each post, or only how far it is."""
    batch = batches.show_batch(deps().sessions, batch_id, scope())
    if "X-Fragment" in request.headers:
        return _progress(batch)
    return _told_apart(render_template("editing/batch.html", batch=batch, **_lines(batch_id)))


@bp.get("/<id:batch_id>/lines")
def lines(batch_id: int) -> ResponseReturnValue:
    """Show what a batch did to each post as a part of another page; whoever comes here reads all."""
    if "X-Fragment" not in request.headers:
        return redirect(url_for(".show", batch_id=batch_id))
    batch = batches.show_batch(deps().sessions, batch_id, scope())
    return _told_apart(render_template("history/_lines.html", batch=batch, **_lines(batch_id)))


@bp.post("/<id:batch_id>/revert")
def revert(batch_id: int) -> ResponseReturnValue:
    return _lead_to(batches.revert_batch(deps().sessions, batch_id, scope(), hand()))


@bp.post("/<id:batch_id>/stop")
def stop(batch_id: int) -> ResponseReturnValue:
    return _lead_to(batches.stop_batch(deps().sessions, batch_id, scope()))


def _wanted(given: Mapping[str, str]) -> Wanted:
    ids = given.get("ids", "").strip()
    if len(NUMBER.findall(ids)) > MOST_IDS:
        raise InvalidInput(phrase("Those are too many posts to be named one by one: search them."))
    words = [given.get("script", "").strip()]
    if (rating := given.get("rating", "")) in RATINGS:
        words.append(f"rating:{rating}")
    words += [mark for mark in MARKS if given.get("mark") == mark]
    return Wanted(
        query=given.get("q", given.get("tags", "")).strip(),
        ids=ids,
        script=" ".join(filter(None, words)),
        create="create" in given,
        previewed=given.get("previewed", ""),
    )


def _previewed(wanted: Wanted) -> Preview:
    return bulk.preview(
        deps().sessions, wanted.target, wanted.script, scope(), finder=deps().finder
    )


def _form(wanted: Wanted, preview: Preview | None = None, *, mistake: str | None = None) -> str:
    page = "editing/_bulk.html" if "X-Fragment" in request.headers else "editing/bulk.html"
    found = () if preview is None else _examples(wanted)
    return render_template(page, wanted=wanted, preview=preview, examples=found, mistake=mistake)


def _examples(wanted: Wanted) -> tuple[PostView, ...]:
    return search(
        deps().sessions, wanted.target, scope(), limit=EXAMPLES, finder=deps().finder
    ).posts


def _lead_to(batch: BatchView) -> ResponseReturnValue:
    """Go to the page of a batch, or show how far it is at once."""
    if "X-Fragment" in request.headers:
        return _progress(batch)
    return redirect(url_for(".show", batch_id=batch.id), code=303)


def _lines(batch_id: int) -> dict[str, Any]:
    wish, before = HistoryWish(batch_id=batch_id), request.args.get("before", type=int)
    found = list_edits(deps().sessions, scope(), wish, limit=A_PAGE, before=before)
    return {"lines": found, "a_page": A_PAGE}


def _progress(batch: BatchView) -> Response:
    return _told_apart(render_template("editing/_batch.html", batch=batch))


def _told_apart(page: str) -> Response:
    """Let nobody take a part of the page for the page, or the other way round."""
    answer = make_response(page)
    answer.vary.add("X-Fragment")
    return answer
