"""Which posts look like another one, and describing pictures that came before descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries import looks
from homebooru.db.queries.alike import spaces
from homebooru.db.queries.alike.nearest import Near, nearest
from homebooru.db.queries.looks import Undescribed
from homebooru.db.queries.records import any_of
from homebooru.db.queries.views import post_views
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import PostRow
from homebooru.domain.alike.spaces import BUILT_IN_BEFORE
from homebooru.domain.posts import PostView
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.ports import Progress, ThumbnailKeeper
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder, Finding
from homebooru.search.nearness import direction_of_post
from homebooru.services.searching import is_seen

MOST = 200
FARTHEST = 0.5  # cosine distance; of pictures with nothing in common, one pair in 100 is nearer
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Alike:
    """A post that looks like another one; `likeness` is 1 for the same picture, 0 for none."""

    post: PostView
    likeness: float


def serving_model(sessions: Sessions) -> str | None:
    """Return the name of the model by which posts are compared, None for our own descriptor."""
    with sessions() as session:
        row = spaces.serving(session)
        return None if row is None else row.name


def looks_like(
    sessions: Sessions, post_id: int, scope: Scope, *, limit: int = 24, finder: Finder = PLAIN
) -> tuple[Alike, ...]:
    """Return the posts that look most like one, of those in the gallery that the asker may see.

    Of a post whose picture was not described yet, there are none. Raises NotFound where the
    scope hides the post.
    """
    with one_moment(sessions) as session:
        if not is_seen(session, post_id, scope):
            raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
        with finder.finding(session) as finding:
            near = nearest_posts(session, finding, post_id, scope, min(limit, MOST))
        rows = {
            row.id: row
            for row in session.scalars(
                sa.select(PostRow).where(any_of(PostRow.id, [one for one, _ in near]))
            )
        }
        views = post_views(session, [rows[one] for one, _ in near], scope)
    return tuple(Alike(view, 1 - distance) for view, (_, distance) in zip(views, near, strict=True))


def nearest_posts(
    session: Session, finding: Finding, post_id: int, scope: Scope, limit: int
) -> Near:
    """Return who is near a post, in the gallery as the asker sees it, the nearest first."""
    direction = direction_of_post(session, post_id)
    if direction is None:
        return []
    everything, asked = ask(session, parse(""), scope, datetime.now(UTC), None, finding=finding)
    found = nearest(session, *direction, finding.find(everything, asked), limit + 1)
    others = [one for one in found if one[0] != post_id and one[1] <= FARTHEST]
    return others[:limit]


def describe_due(
    sessions: Sessions,
    thumbs: ThumbnailKeeper,
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> None:
    """Describe pictures by their thumbnails until none is due."""
    with sessions() as session:
        progress.expect(looks.count_orders(session))
    take = partial(looks.claim_undescribed, limit=AT_ONCE, worker_id=worker_id)
    while progress.goes_on() and (some := in_transaction(sessions, take)):
        found = {one: thumbs.look_of(one.sha256) for one in some}
        in_transaction(sessions, partial(_keep, found=found))
        progress.advance(len(some))
    in_transaction(sessions, _settle)


def _keep(session: Session, found: Mapping[Undescribed, bytes | None]) -> None:
    looks.keep_looks(
        session, {one.post_id: look for one, look in found.items() if look is not None}
    )
    looks.drop_orders(session, [one.post_id for one in found])


def _settle(session: Session) -> None:
    """Forget how pictures were described before, once all are described as they are now."""
    before = spaces.find(session, BUILT_IN_BEFORE, lock=True)
    if before is not None and not looks.count_orders(session):
        spaces.drop(session, before)
