"""One post: its picture, who says what about it, where it lies, what is next to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.media import is_video
from homebooru.domain.posts import PostDetails, PostView, TagView
from homebooru.errors import QuerySyntaxError
from homebooru.services.lookups.again import ask_about
from homebooru.services.posts import get_post, neighbours
from homebooru.web.current import deps, scope
from homebooru.web.gallery import query_text
from homebooru.web.grid.hiding import hidden_by
from homebooru.web.immich.of_post import immich_of
from homebooru.web.media import SHOWN_INLINE

bp = Blueprint("posts", __name__)

# What browsers show by themselves; of everything else they get the large thumbnail.
SHOWN_BY_BROWSERS = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"}
)
SAMPLE = 1000
LIGHT = 4 * 1024 * 1024
SMALL, MOST_ENLARGED = 384, 6


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who says a tag: how sure they are of it (None: certain), when, and where they do."""

    source: str
    confidence: float | None = None
    is_person: bool = False
    at: datetime | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """How a post is put on its page.

    It is a film, a picture, or neither where there is nothing to see. `original` tells whether
    its file can be shown as it is, `sample` whether a smaller copy stands for it at first.
    `enlarged` is how many times a tiny one is magnified, `ratio` its width by its height.
    """

    film: bool = False
    picture: bool = False
    original: bool = False
    sample: bool = False
    moves: bool = False
    enlarged: int = 1
    ratio: float = 1.0

    @property
    def has_both(self) -> bool:
        """Tell whether one may change between the file and a smaller or still copy."""
        return self.original and (self.sample or self.moves)

    @property
    def sizes(self) -> str:
        """How wide it will be, as far as the page's layout (post.css) lets browsers know."""
        return (
            f"(max-width: 60rem) min(100vw, calc({self.ratio:.4f} * (100vh - 11rem))), "
            f"min(calc(100vw - 22rem), calc({self.ratio:.4f} * (100vh - 7rem)))"
        )


@bp.get("/posts/<id:post_id>")
def show(post_id: int) -> ResponseReturnValue:
    """Show the page, or only the post, for whoever steps through a search."""
    text = query_text()
    details = get_post(deps().sessions, post_id, scope(), finder=deps().finder)
    try:
        before, after = neighbours(deps().sessions, post_id, text, scope(), finder=deps().finder)
    except QuerySyntaxError:
        text, before, after = "", None, None  # the picture matters more than a broken search
    template = "posts/_post.html" if "X-Fragment" in request.headers else "posts/show.html"
    answer = make_response(
        render_template(
            template,
            veiled=() if "reveal" in request.args else hidden_by(details.post),
            query=text,
            before=before,
            after=after,
            **known_of(details),
        )
    )
    answer.vary.add("X-Fragment")  # the same address answers with a part and with the whole
    return answer


@bp.post("/posts/<id:post_id>/ask")
def ask(post_id: int) -> ResponseReturnValue:
    """Let sources be asked about a post again: one that is named, or all."""
    form = request.form
    ask_about(deps().sessions, post_id, scope(), source=form.get("source") or None)
    page = url_for(
        "posts.show", post_id=post_id, tags=form.get("tags") or None, _anchor="sources-asked"
    )
    return redirect(page, code=303)


def known_of(details: PostDetails) -> dict[str, Any]:
    """Return what the page tells of a post beside its picture (posts/_about.html)."""
    return {
        "details": details,
        "post": details.post,
        "picture": picture_of(details.post),
        "voices": voices(details),
        "rejected": [verdict.tag for verdict in details.verdicts if not verdict.yes],
        "inline_types": SHOWN_INLINE,
        **immich_of(details.post.id),
    }


def picture_of(post: PostView) -> Picture:
    """Return how to show a post; what is missing is shown as far as its thumbnails go."""
    there = post.missing_since is None
    if post.state != "ready":
        return Picture()
    if is_video(post.mime) and there:
        return Picture(film=True)
    width, height = post.width or SAMPLE, post.height or SAMPLE
    original = there and post.mime in SHOWN_BY_BROWSERS
    light = max(width, height) <= SAMPLE and (post.size or 0) <= LIGHT
    moves = (post.frames or 1) > 1 and not is_video(post.mime)
    return Picture(
        picture=True,
        original=original,
        sample=not (original and (light or moves)),
        moves=moves and original,
        enlarged=max(1, min(SMALL // max(width, height), MOST_ENLARGED)),
        ratio=width / height,
    )


def voices(details: PostDetails) -> dict[str, list[Voice]]:
    """Return who says each tag of a post, by what the tag means now, people first."""
    said: dict[str, list[Voice]] = {}
    for tag, voice in _sayings(details):
        said.setdefault(details.meant(tag), []).append(voice)
    return said


def _sayings(details: PostDetails) -> Iterable[tuple[TagView, Voice]]:
    for verdict in details.verdicts:
        if verdict.yes:
            yield verdict.tag, Voice(verdict.by or "", is_person=True, at=verdict.made_at)
    places = {record.source: record.address for record in details.records}
    for claim in details.claims:
        for tag, confidence in claim.tags:
            place = places.get(claim.source)
            yield tag, Voice(claim.source, confidence, at=claim.claimed_at, address=place)
