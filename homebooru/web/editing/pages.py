"""Editing a post on its page: the form, the word on a single tag, and taking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.history import Edited, EditView, HistoryWish
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.related import RelatedTags
from homebooru.domain.posts import PostDetails
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput, NewTags, QuerySyntaxError
from homebooru.phrases import phrase
from homebooru.services.editing.box import read_box
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.posts import edit_post
from homebooru.services.editing.related import related_tags
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.posts import get_post
from homebooru.services.searching import LARGEST_ID
from homebooru.web.addresses import our_page, plain_number
from homebooru.web.current import actor, deps, scope
from homebooru.web.editing.forms import Draft, Fields, Question, edit_in, settled_in
from homebooru.web.editing.wishes import hand
from homebooru.web.posts import known_of
from homebooru.web.search.mistakes import Mistake, mistake_in

bp = Blueprint("editing", __name__)

SHOWN_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What is told after an act: its line of the history, and what others did meanwhile.

    `came` and `went` are tags that changed while the form was open.
    """

    edit: EditView | None = None
    implied: dict[str, tuple[str, ...]] | None = None
    lines: Sequence[EditView] = ()
    came: Sequence[str] = ()
    went: Sequence[str] = ()
    reverts: bool = False


@bp.app_template_global()
def lines_of(post_id: int, limit: int = SHOWN_LINES) -> Sequence[EditView]:
    """Return the newest lines of a post's history."""
    return list_edits(deps().sessions, scope(), HistoryWish(post_id=post_id), limit=limit)


@bp.app_template_global()
def done_here(post_id: int) -> Done | None:
    """Return what the act did that led to this page, where one did."""
    done, since = request.args.get("done", type=int), request.args.get("since", type=int)
    return None if since is None and done is None else done_with(post_id, done, since)


@bp.get("/posts/<id:post_id>/edit")
def form(post_id: int) -> ResponseReturnValue:
    """Show the form that edits a post."""
    fields = Fields.of_box(read_box(deps().sessions, post_id, scope()))
    return _form(post_id, Draft(now=fields, seen=fields, newest=_newest(post_id)))


@bp.post("/posts/<id:post_id>/edit")
def save(post_id: int) -> ResponseReturnValue:
    """Make the edit that the form asks for, or show the form again with what is to be cleared up."""
    box = read_box(deps().sessions, post_id, scope())
    seen, newest = Fields.of_form(request.form, "seen_"), _number("newest")
    try:
        edit = edit_in(request.form)
        done = edit_post(
            deps().sessions,
            post_id,
            edit,
            scope(),
            hand({"reason": request.form.get("reason") or None}),
            create=settled_in(request.form),
        )
    except (InvalidInput, NewTags) as error:
        return _form(post_id, _troubled(error, newest))
    before, known = {tag.name for tag in box.tags}, read_edit(seen.text).add
    return _told(
        post_id,
        done,
        newest=newest,
        came=sorted(before - known - edit.add),
        went=sorted(known - before - edit.gone),
    )


@bp.app_template_global()
def related_here(post_id: int) -> RelatedTags:
    """Return the tags that whoever edits a post may want next."""
    account = actor().account.id
    return related_tags(deps().sessions, post_id, scope(), account, finder=deps().finder)


@bp.get("/posts/<id:post_id>/related")
def related(post_id: int) -> ResponseReturnValue:
    """Show the tags that may be wanted next as a part of the form; whoever comes here gets it."""
    if "X-Fragment" not in request.headers:
        return redirect(url_for(".form", post_id=post_id))
    return render_template("editing/_related.html", related=related_here(post_id))


@bp.post("/posts/<id:post_id>/judge")
def judge(post_id: int) -> ResponseReturnValue:
    """Say a word on one thing of a post, as a button of its page does."""
    wish = _judged(post_id)
    return _told(post_id, edit_post(deps().sessions, post_id, wish, scope(), hand(), create=True))


@bp.post("/edits/<id:edit_id>/revert")
def revert(edit_id: int) -> ResponseReturnValue:
    """Take a line of the history back, and go back to where it was asked for."""
    undone = revert_edit(deps().sessions, edit_id, scope(), hand())
    post_id = _number("post")
    if "X-Fragment" in request.headers and post_id:
        return _told(post_id, Edited(undone.edit_id, {}), reverts=True)
    return redirect(request.root_path + our_page(request.form.get("next")), code=303)


def _judged(post_id: int) -> Edit:
    """Read the one thing that a button says."""
    form = request.form
    if "sure" in form:
        return Edit(add=_sure(post_id, form["sure"]))
    if "accept" in form:
        return Edit(add=frozenset({form["accept"]}))
    if "reject" in form:
        return Edit(remove=frozenset({form["reject"]}))
    if "withdraw" in form:
        return Edit(withdraw=frozenset({form["withdraw"]}))
    if "script" in form:
        return read_edit(form["script"])
    raise InvalidInput(phrase("Say which tag to accept, to reject or to leave to others."))


def _sure(post_id: int, label: str) -> frozenset[str]:
    """Return the tags of a category that models suggest and are sure enough of."""
    details = get_post(deps().sessions, post_id, scope(), finder=deps().finder)
    return frozenset(tag.name for tag in details.sure if label in {"", tag.category.label})


def _told(
    post_id: int,
    done: Edited,
    *,
    newest: int | None = None,
    came: Sequence[str] = (),
    went: Sequence[str] = (),
    reverts: bool = False,
) -> ResponseReturnValue:
    """Show the post as it is now and what was done; without scripts, on its page."""
    query = request.form.get("tags", "")
    if "X-Fragment" not in request.headers:
        since = done.edit_id if newest is None else newest
        page = url_for(
            "posts.show", post_id=post_id, tags=query or None, done=done.edit_id, since=since or 0
        )
        return redirect(page, code=303)
    told = done_with(post_id, done.edit_id, newest)
    told = Done(
        edit=told.edit,
        lines=told.lines,
        implied=done.implied,
        came=came,
        went=went,
        reverts=reverts,
    )
    details = get_post(deps().sessions, post_id, scope(), finder=deps().finder)
    return render_template("editing/_answer.html", query=query, done=told, **known_of(details))


def done_with(post_id: int, edit_id: int | None, newest: int | None) -> Done:
    """Return what a line of the history did, and the lines since another one."""
    lines = lines_of(post_id)
    mine = next((line for line in lines if line.id == edit_id), None)
    since = [line for line in lines if newest is not None and newest < line.id != edit_id]
    return Done(edit=mine, lines=since)


def _form(post_id: int, draft: Draft) -> Response:
    details: PostDetails = get_post(deps().sessions, post_id, scope(), finder=deps().finder)
    fragment = "X-Fragment" in request.headers
    answer = make_response(
        render_template(
            "editing/_form.html" if fragment else "editing/form.html",
            draft=draft,
            post=details.post,
            query=request.values.get("tags", ""),
            categories=list(Category),
        )
    )
    if not fragment:  # of a script's own question a browser would complain in its console
        answer.status_code = 409 if draft.questions else 400 if draft.is_wrong else 200
    answer.vary.add("X-Fragment")
    return answer


def _troubled(error: InvalidInput | NewTags, newest: int) -> Draft:
    """Return the form as it was sent, with what is wrong with it."""
    form = request.form
    now, seen = Fields.of_form(form), Fields.of_form(form, "seen_")
    questions: tuple[Question, ...] = ()
    mistake: Mistake | None = None
    if isinstance(error, NewTags):
        categories = dict(read_edit(now.text).categories)
        questions = tuple(
            Question(name=name, nearest=nearest, category=categories.get(name, Category.GENERAL))
            for name, nearest in error.nearest.items()
        )
    elif isinstance(error, QuerySyntaxError):
        mistake = mistake_in(now.text, error)
    return Draft(
        now=now,
        seen=seen,
        newest=newest,
        mistake=mistake,
        trouble=None if questions or mistake else str(error),
        questions=questions,
        settled=sorted(settled_in(form)),
    )


def _newest(post_id: int) -> int:
    lines = lines_of(post_id, 1)
    return lines[0].id if lines else 0


def _number(name: str) -> int:
    return min(plain_number(request.form.get(name)) or 0, LARGEST_ID)
