"""One post: its picture, who says what about it, where it lies, what is next to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from homebooru.domain.media import is_video
from homebooru.domain.posts import ClaimView, PostDetails, TagView, VerdictView
from homebooru.errors import QuerySyntaxError
from homebooru.services.posts import get_post, neighbours
from homebooru.web.current import deps, scope
from homebooru.web.gallery import query_text
from homebooru.web.media import SHOWN_INLINE

bp = Blueprint("posts", __name__)

# What browsers show by themselves; of everything else they get the large thumbnail.
SHOWN_BY_BROWSERS = frozenset(
    {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/bmp"}
)


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who says a tag, and how sure they are of it (None: certain)."""

    source: str
    confidence: float | None = None


@bp.get("/posts/<id:post_id>")
def show(post_id: int) -> ResponseReturnValue:
    text = query_text()
    details = get_post(deps().sessions, post_id, scope())
    try:
        before, after = neighbours(deps().sessions, post_id, text, scope())
    except QuerySyntaxError:
        text, before, after = "", None, None  # the picture matters more than a broken search
    return render_template(
        "posts/show.html",
        details=details,
        post=details.post,
        query=text,
        before=before,
        after=after,
        voices=voices(details),
        rejected=[verdict.tag for verdict in details.verdicts if not verdict.yes],
        shown_by_browsers=details.post.mime in SHOWN_BY_BROWSERS,
        moves=(details.post.frames or 1) > 1,
        inline_types=SHOWN_INLINE,
        is_video=is_video(details.post.mime),
    )


def voices(details: PostDetails) -> dict[str, list[Voice]]:
    """Return who says each tag of a post, people first."""
    said: dict[str, list[Voice]] = {}
    for tag, voice in (*_by_people(details.verdicts), *_by_claims(details.claims)):
        said.setdefault(tag.name, []).append(voice)
    return said


def _by_people(verdicts: Iterable[VerdictView]) -> Iterable[tuple[TagView, Voice]]:
    return [(each.tag, Voice(each.by or "a person")) for each in verdicts if each.yes]


def _by_claims(claims: Iterable[ClaimView]) -> Iterable[tuple[TagView, Voice]]:
    return [
        (tag, Voice(claim.source, confidence)) for claim in claims for tag, confidence in claim.tags
    ]
