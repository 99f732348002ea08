"""Reads what the tag box of a post shows."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.scope import visible
from homebooru.db.queries.tags import load_vocabulary
from homebooru.db.queries.views import post_views, tag_views
from homebooru.db.tables import PostRow, VerdictRow
from homebooru.domain.claims import Verdict, decide_tags
from homebooru.domain.editing.box import TagBox
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase


def read_box(sessions: Sessions, post_id: int, scope: Scope) -> TagBox:
    """Return what may be edited of a post; raises NotFound where the scope hides it."""
    with one_moment(sessions) as session:
        wanted = sa.select(PostRow).where(PostRow.id == post_id, visible(scope))
        post = session.scalars(wanted).one_or_none()
        if post is None:
            raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
        [view] = post_views(session, [post], scope)
        return TagBox(
            post_id=post_id,
            tags=view.tags,
            rejected=_named(session, _rejected(session, post_id)),
            suggested=_named(session, post.suggestion_ids),
            rating=view.rating,
            parent_id=view.parent_id,
            sources=view.sources,
            stars=view.stars,
            description=view.description,
        )


def _rejected(session: Session, post_id: int) -> list[int]:
    """Return what people rejected on a post, by what it means now."""
    columns = (VerdictRow.tag_id, VerdictRow.yes, VerdictRow.made_at)
    rows = session.execute(sa.select(*columns).where(VerdictRow.post_id == post_id)).all()
    vocabulary = load_vocabulary(session, [row.tag_id for row in rows])
    decided = decide_tags((Verdict(*row) for row in rows), vocabulary)
    return [tag for tag, yes in decided.items() if not yes]


def _named(session: Session, tag_ids: Iterable[int]) -> tuple[TagView, ...]:
    """Return tags in the order of their names."""
    shown = tag_views(session, tag_ids).values()
    return tuple(sorted(shown, key=lambda tag: tag.name))
