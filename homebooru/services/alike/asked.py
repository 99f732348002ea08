"""Searching with a picture that is no post: it is described, compared and soon forgotten."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
import sqlalchemy as sa
from pgvector import HalfVector
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import looks
from homebooru.db.queries.alike import asked, spaces
from homebooru.db.queries.alike.nearest import nearest
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import visible
from homebooru.db.queries.views import post_views
from homebooru.db.tables import AskedPictureRow, PostRow
from homebooru.domain.posts import PostView
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import ModelBusy, ModelUnusable, NotFound, RemoteError, Unreadable
from homebooru.phrases import phrase
from homebooru.ports import Embedder, Sight
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.similar import FARTHEST, MOST, Alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture that somebody searches with, as its page tells of it."""

    key: str
    mime: str
    size: int
    width: int
    height: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Matches:
    """What is like a picture: the posts that are the very same, and those that look alike.

    `count` is how many look alike, of which `alike` is a page; `model` made the comparison, None
    where it was our own descriptor.
    """

    picture: Shown
    same: tuple[PostView, ...]
    alike: tuple[Alike, ...]
    count: int
    model: str | None


def keep(sessions: Sessions, sight: Sight, account_id: int, there: Sequence[Embedder]) -> str:
    """Keep what a picture looks like for a while; return the key by which it is searched with.

    Where the model that serves does not work just now, our own descriptor does.
    """
    space, vector = _seen(sessions, sight, there)
    facts, digests = sight.facts, sight.digests
    if facts.look is None:
        raise Unreadable(phrase("Nothing can be seen in this picture."))
    row = AskedPictureRow(
        key=secrets.token_hex(16),
        account_id=account_id,
        sha256=digests.sha256,
        md5=digests.md5,
        pixel_digest=facts.pixel_digest,
        mime=facts.mime,
        size=digests.size,
        width=facts.width,
        height=facts.height,
        look=HalfVector(np.frombuffer(facts.look, looks.HALF)),
        space=space,
        vector=vector,
        preview=sight.thumbnail,
    )
    key = row.key
    with sessions.begin() as session:
        asked.keep(session, row)
    return key


def _seen(
    sessions: Sessions, sight: Sight, there: Sequence[Embedder]
) -> tuple[str | None, bytes | None]:
    with sessions() as session:
        row = spaces.serving(session)
        name = None if row is None else row.name
    model = next((one for one in there if one.name == name), None)
    if model is None:
        return None, None
    try:
        return name, model.see([sight.copy])[0]
    except (ModelBusy, ModelUnusable, RemoteError):
        return None, None


def preview(sessions: Sessions, key: str, scope: Scope) -> bytes:
    """Return a small WebP of a picture that whoever asks searches with; raises NotFound."""
    with sessions() as session:
        return _find(session, key, scope).preview


def matches(
    sessions: Sessions,
    key: str,
    scope: Scope,
    *,
    tags: str = "",
    limit: int,
    offset: int = 0,
    finder: Finder = PLAIN,
    zone: tzinfo | None = None,
) -> Matches:
    """Return what is like a picture, of the posts that a search finds and the asker may see.

    Raises NotFound where the picture is forgotten or another person's, and QuerySyntaxError.
    """
    with one_moment(sessions) as session:
        row = _find(session, key, scope)
        same = asked.same_posts(session, row, scope, MOST)
        there, vector, model = asked.direction_of(session, row)
        with finder.finding(session) as finding:
            query, meant = ask(
                session, parse(tags), scope, datetime.now(UTC), zone, finding=finding
            )
            among = finding.find(query, meant)
            found = nearest(session, there, vector, among, MOST + len(same))
        near = [one for one in found if one[1] <= FARTHEST and one[0] not in same][:MOST]
        page = near[offset : offset + limit]
        posts = _views(session, [*same, *(one for one, _ in page)], scope)
        return Matches(
            _shown(row),
            tuple(posts[one] for one in same),
            tuple(Alike(posts[one], 1 - distance) for one, distance in page),
            len(near),
            model,
        )


def _find(session: Session, key: str, scope: Scope) -> AskedPictureRow:
    row = asked.find(session, key, scope)
    if row is None:
        raise NotFound(phrase("This picture was forgotten, or is not yours. Search with it again."))
    return row


def _views(session: Session, post_ids: Sequence[int], scope: Scope) -> dict[int, PostView]:
    rows = session.scalars(sa.select(PostRow).where(any_of(PostRow.id, post_ids), visible(scope)))
    return {view.id: view for view in post_views(session, rows.all(), scope)}


def _shown(row: AskedPictureRow) -> Shown:
    return Shown(
        key=row.key,
        mime=row.mime,
        size=row.size,
        width=row.width,
        height=row.height,
        until=row.asked_at + asked.LASTS,
    )
