"""Reading a post with everything said about it, and its neighbours in a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.counts import count_tags
from homebooru.db.queries.scope import shown, visible
from homebooru.db.queries.views import post_views, tag_views
from homebooru.db.tables import AccountRow, ClaimRow, PostRow, VerdictRow
from homebooru.domain.derived import own_parent
from homebooru.domain.policy import HISTORY
from homebooru.domain.posts import ClaimView, PostDetails, TagView, VerdictView
from homebooru.domain.query import parse
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.search.ordering import Arrangement, arranged
from homebooru.search.plain import Predicate, found
from homebooru.services.searching import asked_by, one_moment

LARGEST_ID = 2**31 - 1


def get_post(sessions: Sessions, post_id: int, scope: Scope) -> PostDetails:
    """Return a post, missing and trashed ones too; raises NotFound where the scope hides it.

    Its tags come with the number of posts that the asker sees in the grid.
    """
    with one_moment(sessions) as session:
        post = _post(session, post_id, scope)
        tags = count_tags(session, post.tag_ids, scope)
        counts = {tag_id: tag.count for tag_id, tag in tags.items()}
        return PostDetails(
            post=post_views(session, [post], scope, counts)[0],
            claims=_claims(session, post_id),
            verdicts=_verdicts(session, post_id),
            children=_children(session, post_id, scope),
            earlier=_earlier(session, post_id, scope),
        )


def neighbours(
    sessions: Sessions,
    post_id: int,
    text: str,
    scope: Scope,
    *,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[int | None, int | None]:
    """Return the posts before and after one in a search; None at its ends.

    Both are None for a post that the search does not find. Raises QuerySyntaxError.
    """
    query = parse(text)
    if not 0 < post_id <= LARGEST_ID:
        return None, None
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session:
        wanted = found(query, asked_by(session, query, scope, now, zone))
        line = arranged(query.order, scope, now=now, zone=zone)
        here = sa.select(*line.columns).where(PostRow.id == post_id, wanted)
        place = session.execute(here).one_or_none()
        if place is None:
            return None, None
        return (
            _next(session, wanted, line.backwards(), place),
            _next(session, wanted, line, place),
        )


def _next(session: Session, wanted: Predicate, line: Arrangement, place: sa.Row[Any]) -> int | None:
    beyond = sa.select(PostRow.id).where(wanted, line.beyond(place)).order_by(*line.order_by)
    return session.scalar(beyond.limit(1))


def _post(session: Session, post_id: int, scope: Scope) -> PostRow:
    wanted = sa.select(PostRow).where(PostRow.id == post_id, visible(scope))
    post = session.scalars(wanted).one_or_none() if 0 < post_id <= LARGEST_ID else None
    if post is None:
        raise NotFound(f"There is no post {post_id}.")
    return post


def _claims(session: Session, post_id: int) -> tuple[ClaimView, ...]:
    """Return what others say; what HomeBooru itself saw is told as the post's family."""
    of_others = sa.and_(ClaimRow.post_id == post_id, ClaimRow.source != HISTORY)
    mine = sa.select(ClaimRow).where(of_others).order_by(ClaimRow.source)
    claims = session.scalars(mine).all()
    tags = tag_views(session, {tag for claim in claims for tag in claim.tag_ids})
    return tuple(
        ClaimView(
            source=claim.source,
            tags=_said(claim, tags),
            rating=Rating(claim.rating) if claim.rating else None,
            md5=claim.md5,
            remote_ids=tuple(claim.remote_ids),
            claimed_at=claim.claimed_at,
        )
        for claim in claims
    )


def _said(claim: ClaimRow, tags: Mapping[int, TagView]) -> tuple[tuple[TagView, float | None], ...]:
    sure: Sequence[float | None] = claim.confidences or (None,) * len(claim.tag_ids)
    said = ((tags[tag], confidence) for tag, confidence in zip(claim.tag_ids, sure, strict=True))
    return tuple(sorted(said, key=lambda pair: pair[0].name))


def _verdicts(session: Session, post_id: int) -> tuple[VerdictView, ...]:
    rows = session.execute(
        sa.select(VerdictRow, AccountRow.name)
        .outerjoin(AccountRow, AccountRow.id == VerdictRow.account_id)
        .where(VerdictRow.post_id == post_id)
        .order_by(VerdictRow.made_at, VerdictRow.tag_id)
    ).all()
    tags = tag_views(session, {verdict.tag_id for verdict, _ in rows})
    return tuple(
        VerdictView(tag=tags[verdict.tag_id], yes=verdict.yes, by=name, made_at=verdict.made_at)
        for verdict, name in rows
    )


def _earlier(session: Session, post_id: int, scope: Scope) -> int | None:
    """Return the post that lay where this one lies, if the asker may see it."""
    saw = session.get(ClaimRow, (post_id, HISTORY))
    earlier = own_parent(saw.parent) if saw else None
    mine = sa.select(PostRow.id).where(PostRow.id == earlier, visible(scope))
    return None if earlier is None else session.scalar(mine)


def _children(session: Session, post_id: int, scope: Scope) -> tuple[int, ...]:
    children = sa.select(PostRow.id).where(PostRow.parent_id == post_id, visible(scope), shown())
    return tuple(session.scalars(children.order_by(PostRow.id)))
