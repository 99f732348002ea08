"""Which posts show the same picture as another one, and which are variants of it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.duplicates import pairs
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.views import post_views
from homebooru.db.tables import PostRow
from homebooru.domain.duplicates.kinds import RANKS, Kind
from homebooru.domain.posts import PostView
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.searching import is_seen


@dataclass(frozen=True, slots=True)
class Same:
    """A post that shows the same picture as another one, or (by its kind) a variant of it."""

    post: PostView
    kind: Kind


def same_picture(sessions: Sessions, post_id: int, scope: Scope) -> tuple[Same, ...]:
    """Return the copies of a post and its variants, copies first, of those in the gallery.

    A copy of a copy is a copy. Raises NotFound where the scope hides the post.
    """
    with one_moment(sessions) as session:
        if not is_seen(session, post_id, scope):
            raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
        kinds = pairs.variants_of(session, post_id)
        kinds |= dict.fromkeys(pairs.group_of(session, post_id) - {post_id}, Kind.COPY)
        wanted = sa.select(PostRow).where(any_of(PostRow.id, list(kinds)), visible(scope), shown())
        rows = session.scalars(wanted.order_by(PostRow.id)).all()
        found = [Same(view, kinds[view.id]) for view in post_views(session, rows, scope)]
    return tuple(sorted(found, key=lambda one: (RANKS[one.kind], one.post.id)))
