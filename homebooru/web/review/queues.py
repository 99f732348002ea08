"""Review: the queues, one question at a time, and walls of pictures with the same suggested tag."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from homebooru.db.queries.reviewing.answers import Mine
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import Edit
from homebooru.domain.review.items import SKIP, read_key
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.services.duplicates.reviewing import count_waiting
from homebooru.services.editing.posts import edit_post
from homebooru.services.review import answering, desk, walls
from homebooru.services.review.known import WALL
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.wishes import hand

bp = Blueprint("review", __name__)

TITLES = {
    "suggestions": _("Suggestions"),
    "disagreements": _("Disagreements"),
}
ABOUT = {
    "suggestions": _("What a model thinks of and is not sure enough to be believed in."),
    "disagreements": _("A booru against a model, or two boorus against each other."),
}
SIGNS = {"suggestions": "tag", "disagreements": "circle-question-mark"}


@bp.get("/review")
def show() -> ResponseReturnValue:
    """List the queues with how much waits in each, and the walls."""
    return render_template(
        "review/show.html",
        queues=desk.count_queues(deps().sessions, scope(), finder=deps().finder),
        copies=count_waiting(deps().sessions, scope()),
        walls=walls.list_walls(deps().sessions, scope(), finder=deps().finder),
        titles=TITLES,
        about=ABOUT,
        signs=SIGNS,
    )


@bp.get("/review/<any(suggestions, disagreements):queue>")
def open_queue(queue: str) -> ResponseReturnValue:
    """Show the question that is next, or only what changes from one to the other."""
    return _desk(queue)


@bp.post("/review/<any(suggestions, disagreements):queue>/answer")
def answer(queue: str) -> ResponseReturnValue:
    key, choice = read_key(request.form.get("key", "")), request.form.get("choice", "")
    desk.begin(deps().sessions, _mine(queue), scope(), finder=deps().finder)
    answering.answer(deps().sessions, _mine(queue), {key: choice}, scope(), hand())
    return _on(queue)


@bp.post("/review/<any(suggestions, disagreements):queue>/undo")
def undo(queue: str) -> ResponseReturnValue:
    answering.undo(deps().sessions, _mine(queue), scope(), hand())
    return _on(queue)


@bp.post("/review/<any(suggestions, disagreements):queue>/next")
def next_batch(queue: str) -> ResponseReturnValue:
    """Go on with the next questions; with `again` what was skipped is asked again."""
    desk.begin_batch(
        deps().sessions, _mine(queue), scope(), finder=deps().finder, again="again" in request.form
    )
    return _on(queue)


@bp.get("/review/wall")
def open_wall() -> ResponseReturnValue:
    """Show the next pictures of which a model suggests a tag."""
    tag = request.args.get("tag", "")
    wall = walls.open_wall(deps().sessions, _mine(WALL), tag, scope(), finder=deps().finder)
    return render_template("review/wall.html", wall=wall)


@bp.post("/review/wall")
def answer_wall() -> ResponseReturnValue:
    """Accept all that was shown but what was marked as wrong, or skip all of it."""
    shown, wrong = request.form.getlist("shown"), set(request.form.getlist("wrong"))
    if len(shown) > walls.SIZE:
        raise InvalidInput(phrase("A wall has at most {count} pictures.", count=walls.SIZE))
    does_skip = "skip" in request.form
    choices = {
        read_key(key): SKIP if does_skip else "no" if key in wrong else "yes" for key in shown
    }
    if choices:
        answering.answer(deps().sessions, _mine(WALL), choices, scope(), hand())
    return _to_wall()


@bp.post("/review/wall/undo")
def undo_wall() -> ResponseReturnValue:
    answering.undo(deps().sessions, _mine(WALL), scope(), hand())
    return _to_wall()


@bp.post("/posts/<id:post_id>/reviewed")
def mark(post_id: int) -> ResponseReturnValue:
    """Say that somebody looked a post through, or take that back."""
    marks = frozenset({About.REVIEWED})
    wish = Edit(hushed=marks) if "remove" in request.form else Edit(marks=marks)
    edit_post(deps().sessions, post_id, wish, scope(), hand())
    query = request.form.get("tags") or None
    return redirect(url_for("posts.show", post_id=post_id, tags=query), code=303)


def _mine(queue: str) -> Mine:
    return Mine(actor().account.id, queue)


def _desk(queue: str) -> ResponseReturnValue:
    found = desk.open_desk(deps().sessions, _mine(queue), scope(), finder=deps().finder)
    is_part = "X-Fragment" in request.headers
    page = render_template(
        "review/_desk.html" if is_part else "review/desk.html",
        desk=found,
        titles=TITLES,
    )
    response = make_response(page)
    response.vary.add("X-Fragment")
    return response


def _on(queue: str) -> ResponseReturnValue:
    if "X-Fragment" in request.headers:
        return _desk(queue)
    return redirect(url_for(".open_queue", queue=queue), code=303)


def _to_wall() -> ResponseReturnValue:
    return redirect(url_for(".open_wall", tag=request.form.get("tag", "")), code=303)
