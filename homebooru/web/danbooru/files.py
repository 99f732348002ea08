"""Files at addresses that carry their own permission, for image loaders that send no login."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from homebooru.domain.posts import PostView
from homebooru.domain.query.tree import FILE_TYPES
from homebooru.errors import NotAllowed
from homebooru.phrases import phrase
from homebooru.services.accounts.accounts import find_account, scope_of
from homebooru.services.accounts.tickets import holder, issue
from homebooru.services.media import thumbnail_digest
from homebooru.web.current import actor, deps
from homebooru.web.media import send_original, send_thumbnail

bp = Blueprint("files", __name__)

ENDINGS = {mime: name for name, mimes in FILE_TYPES.items() for mime in mimes}
UNKNOWN_ENDING = "bin"
THUMBNAIL_ENDING = "webp"


class Kind(StrEnum):
    """The file of a post, or one of its thumbnails."""

    ORIGINAL = "original"
    SAMPLE = "sample"
    PREVIEW = "preview"


SIDES = {Kind.SAMPLE: 1000, Kind.PREVIEW: 360}
"""The longer side of each thumbnail."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of files for one account, at one moment, below one root."""

    root: str
    secret: bytes
    account_id: int
    now: datetime

    @classmethod
    def for_visitor(cls) -> Addresses:
        """Return addresses for whoever asks, which begin as theirs did."""
        now = datetime.now(UTC)
        return cls(request.url_root, deps().ticket_secret, actor().account.id, now)

    def of(self, post: PostView, kind: Kind) -> str:
        name = f"{post.md5 or post.sha256}.{ending(post, kind)}"
        ticket = issue(self.secret, self.account_id, _thing(kind, post.id, name), self.now)
        return f"{self.root}data/{ticket}/{kind}/{post.id}/{name}"


@bp.get("/data/<ticket>/<any(original, sample, preview):kind>/<id:post_id>/<name>")
def show(ticket: str, kind: str, post_id: int, name: str) -> ResponseReturnValue:
    """Send what the ticket is for, as long as its account may still see it."""
    thing = _thing(Kind(kind), post_id, name)
    account_id = holder(deps().ticket_secret, ticket, thing, datetime.now(UTC))
    account = None if account_id is None else find_account(deps().sessions, account_id)
    if account is None:
        raise NotAllowed(phrase("This address is not valid, or no longer. Ask for the post again."))
    scope = scope_of(account)
    if kind == Kind.ORIGINAL:
        response = send_original(post_id, scope)
    else:
        digest = thumbnail_digest(deps().sessions, post_id, scope)
        response = send_thumbnail(digest, SIDES[Kind(kind)])
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def ending(post: PostView, kind: Kind = Kind.ORIGINAL) -> str:
    """Return how the name of a file ends."""
    if kind is not Kind.ORIGINAL:
        return THUMBNAIL_ENDING
    return ENDINGS.get(post.mime or "", UNKNOWN_ENDING)


def _thing(kind: Kind, post_id: int, name: str) -> str:
    return f"{kind}/{post_id}/{name}"
