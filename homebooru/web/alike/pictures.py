"""Searching with a picture that is no post: uploaded, pasted, dropped, or at an address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.posts import PostView
from homebooru.errors import (
    Conflict,
    HomeBooruError,
    InvalidInput,
    QuerySyntaxError,
    RemoteError,
    Unreadable,
)
from homebooru.phrases import phrase
from homebooru.services.alike import asked
from homebooru.services.alike.asked import Matches
from homebooru.web.addresses import outside
from homebooru.web.alike.reasons import Match, of_looks
from homebooru.web.api.describing import described
from homebooru.web.api.schemas import (
    ADDRESS,
    BYTES,
    COUNT,
    ID,
    MOMENT,
    SHARE,
    TEXT,
    WHOLE,
    answer,
    listed,
    optional,
    wish,
)
from homebooru.web.current import actor, deps, scope
from homebooru.web.errors import status_of
from homebooru.web.gallery import LARGEST, query_text, whole
from homebooru.web.keeping.bodies import whole_number
from homebooru.web.search.mistakes import mistake_in
from homebooru.web.security import needs, takes_up_to
from homebooru.web.sources.alike import understand

bp = Blueprint("pictures", __name__, url_prefix="/similar")
api = Blueprint("pictures_api", __name__, url_prefix="/api/similar")

LARGEST_PICTURE = 100 * 1024 * 1024
PAGE = 48
AT_ONCE = threading.BoundedSemaphore(2)  # of a process's threads: others serve everybody else

LIKE = answer("Alike", id=ID, likeness=SHARE, page_url=ADDRESS, thumbnail_url=ADDRESS)
MATCHES = answer(
    "PictureMatches",
    key=TEXT,
    url=ADDRESS,
    until=MOMENT,
    mime=TEXT,
    width=COUNT,
    height=COUNT,
    size=COUNT,
    model=optional(TEXT),
    same=listed(LIKE),
    count=COUNT,
    similar=listed(LIKE),
)


@bp.get("")
def ask() -> ResponseReturnValue:
    """Ask for a picture."""
    return _asking()


@bp.post("")
@needs(Right.READ)
@takes_up_to(LARGEST_PICTURE)
def search() -> ResponseReturnValue:
    """Look at a picture that was sent, and lead to what is like it."""
    try:
        key = _keep()
    except (Conflict, InvalidInput, Unreadable, RemoteError) as error:
        return _asking(error)
    return redirect(url_for(".show", key=key, tags=query_of_form() or None), code=303)


@bp.get("/<picture:key>")
def show(key: str) -> ResponseReturnValue:
    """Show what is like a picture, among what else is searched for."""
    text, page = query_text(), whole(request.args.get("page"), 1, 1, LARGEST)
    try:
        found, mistake = _matches(key, text, (page - 1) * PAGE, PAGE), None
    except QuerySyntaxError as error:
        found, mistake = None, mistake_in(text, error)
    shown = render_template(
        "alike/picture.html",
        key=key,
        picture_tags=text,
        found=found,
        same=[Match(post, None) for post in found.same] if found else [],
        alike=of_looks(found.alike) if found else [],
        mistake=mistake,
        page=page,
        pages=-(-found.count // PAGE) if found else 0,
    )
    return Response(shown, 400 if mistake else 200, mimetype="text/html")


@bp.get("/<picture:key>/picture")
def preview(key: str) -> ResponseReturnValue:
    """Show a small copy of a picture that is searched with."""
    small = asked.preview(deps().sessions, key, scope())
    return Response(small, mimetype="image/webp")


@api.post("")
@needs(Right.READ)
@takes_up_to(LARGEST_PICTURE)
@described(
    {200: MATCHES},
    query={"q": TEXT, "limit": WHOLE, "offset": WHOLE},
    form=wish(picture=BYTES, address=TEXT),
)
def search_with() -> ResponseReturnValue:
    """Tell which posts are like a `picture`, or like the one at an `address`, of those that `q` finds.

    The picture is not kept. What was made of it is, for some hours: `key` finds it again.
    """
    return _told(_keep())


@api.get("/<key>")
@described({200: MATCHES}, query={"q": TEXT, "limit": WHOLE, "offset": WHOLE})
def tell(key: str) -> ResponseReturnValue:
    """Tell which posts are like a picture that was sent before, of those that `q` finds."""
    return _told(key)


def query_of_form() -> str:
    """Return the search that a form asks for beside its picture."""
    return request.form.get("tags", "").strip()


@contextmanager
def _room() -> Iterator[None]:
    """Raise Conflict where as many pictures as may are fetched or looked at already."""
    if not AT_ONCE.acquire(blocking=False):
        raise Conflict(
            phrase("Other pictures are being looked at just now. Try again in a moment.")
        )
    try:
        yield
    finally:
        AT_ONCE.release()


def _keep() -> str:
    """Describe the picture that was sent, or that lies at the address that was."""
    upload, address = request.files.get("picture"), request.form.get("address", "").strip()
    with _room(), NamedTemporaryFile(prefix="homebooru-") as file:
        if upload is not None and (upload.filename or not address):
            upload.save(file)
        elif address:
            deps().fetch_picture(address, file)
        if not file.tell():
            raise InvalidInput(phrase("Choose a picture, or give the address of one."))
        file.flush()
        sight = deps().look_at(Path(file.name))
    return asked.keep(deps().sessions, sight, actor().account.id, deps().embedders())


def _matches(key: str, text: str, offset: int, limit: int) -> Matches:
    understand(text)
    return asked.matches(
        deps().sessions,
        key,
        scope(),
        tags=text,
        limit=limit,
        offset=offset,
        finder=deps().finder,
    )


def _asking(error: HomeBooruError | None = None) -> ResponseReturnValue:
    page = render_template(
        "alike/ask.html",
        mistake=None if error is None else error.args[0],
        address=request.form.get("address", ""),
        most=LARGEST_PICTURE,
        may_fetch=bool(deps().settings.picture_hosts),
    )
    return Response(page, 200 if error is None else status_of(error), mimetype="text/html")


def _told(key: str) -> Response:
    text = request.args.get("q", "").strip()
    limit, offset = whole_number("limit", PAGE), whole_number("offset", 0)
    found = _matches(key, text, offset, limit)
    picture = found.picture
    return jsonify(
        key=key,
        url=url_for("pictures.show", key=key, _external=True),
        until=picture.until.isoformat(),
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        size=picture.size,
        model=found.model,
        same=[_like(post, 1.0) for post in found.same],
        count=found.count,
        similar=[_like(one.post, one.likeness) for one in found.alike],
    )


def _like(post: PostView, likeness: float) -> dict[str, Any]:
    return {
        "id": post.id,
        "likeness": round(likeness, 3),
        "page_url": outside("posts.show", post.id),
        "thumbnail_url": outside("media.thumbnail_of", post.id, size=360),
    }
