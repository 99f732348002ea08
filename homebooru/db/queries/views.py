"""Posts as they are shown, read for a whole page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import lies_there, shown, visible
from homebooru.db.tables import LocationRow, PostRow, RootRow, TagRow
from homebooru.domain.posts import LocationView, PostView, TagView, in_order
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DERIVED = {"tags", "locations", "has_children"}
SHOWN = [getattr(PostRow, each.name) for each in fields(PostView) if each.name not in DERIVED]
PLACED = (
    LocationRow.id,
    LocationRow.post_id,
    LocationRow.root_id,
    LocationRow.folder,
    LocationRow.name,
    LocationRow.size,
    LocationRow.mtime_ns,
    LocationRow.missing_since,
    LocationRow.kind,
)


def post_views(
    session: Session,
    posts: Sequence[PostRow],
    scope: Scope,
    counts: Mapping[int, int] | None = None,
) -> tuple[PostView, ...]:
    """Return posts, which the scope must allow, as they are shown; `counts` are their tags'."""
    tags = tag_views(session, {tag for post in posts for tag in post.tag_ids}, counts)
    listed = {post.id: in_order(tags[tag] for tag in post.tag_ids) for post in posts}
    return _views(session, posts, listed, scope)


def page_views(
    session: Session, tags: Mapping[int, tuple[TagView, ...]], scope: Scope
) -> tuple[PostView, ...]:
    """Return the posts that have these tags, and that the scope must allow, as they are shown."""
    wanted = sa.select(*SHOWN).where(any_of(PostRow.id, list(tags)))
    rows = {row.id: row for row in session.execute(wanted)} if tags else {}
    return _views(session, [rows[post_id] for post_id in tags], tags, scope)


def _views(
    session: Session,
    posts: Sequence[PostRow | sa.Row[Any]],
    tags: Mapping[int, tuple[TagView, ...]],
    scope: Scope,
) -> tuple[PostView, ...]:
    """Take as many statements for a whole page as for one post."""
    if not posts:
        return ()
    ids = [post.id for post in posts]
    places = _places(session, ids, scope)
    parents = _seen(session, {post.parent_id for post in posts if post.parent_id}, scope)
    with_children = _with_children(session, ids, scope)
    return tuple(
        _view(
            post,
            tags[post.id],
            tuple(places[post.id]),
            post.parent_id if post.parent_id in parents else None,
            has_children=post.id in with_children,
        )
        for post in posts
    )


def tag_views(
    session: Session, tag_ids: Iterable[int], counts: Mapping[int, int] | None = None
) -> dict[int, TagView]:
    """Return tags by their ids."""
    rows = session.execute(
        sa.select(TagRow.id, TagRow.name, TagRow.category).where(any_of(TagRow.id, list(tag_ids)))
    )
    counts = counts or {}
    return {
        row.id: TagView(row.name, Category(row.category), counts.get(row.id, 0)) for row in rows
    }


def _seen(session: Session, post_ids: Collection[int], scope: Scope) -> Collection[int]:
    if not post_ids or scope.sees_all:
        return post_ids
    wanted = any_of(PostRow.id, list(post_ids))
    return frozenset(session.scalars(sa.select(PostRow.id).where(wanted, visible(scope))))


def _with_children(session: Session, post_ids: Sequence[int], scope: Scope) -> frozenset[int]:
    """Return which posts have a child that is shown to whoever asks."""
    parents = sa.select(PostRow.parent_id).where(any_of(PostRow.parent_id, post_ids))
    seen = session.scalars(parents.where(visible(scope), shown()).distinct())
    return frozenset(each for each in seen if each is not None)


def _places(
    session: Session, post_ids: Sequence[int], scope: Scope
) -> dict[int, list[LocationView]]:
    """Return where posts lie as far as the scope allows; of missing ones, where they lay."""
    places = (
        sa.select(*PLACED, RootRow.name.label("root"))
        .join(RootRow, RootRow.id == LocationRow.root_id)
        .join(PostRow, PostRow.id == LocationRow.post_id)
        .where(any_of(LocationRow.post_id, post_ids), lies_there(scope))
        .order_by(LocationRow.id)
    )
    found: dict[int, list[LocationView]] = defaultdict(list)
    for place in session.execute(places):
        found[place.post_id].append(_place(place))
    return found


def _place(place: Any) -> LocationView:
    return LocationView(
        id=place.id,
        root_id=place.root_id,
        root=place.root,
        folder=place.folder,
        name=place.name,
        size=place.size,
        modified_at=EPOCH + timedelta(microseconds=place.mtime_ns // 1000),
        missing_since=place.missing_since,
        kind=place.kind,
    )


def _view(
    post: PostRow | sa.Row[Any],
    tags: tuple[TagView, ...],
    locations: tuple[LocationView, ...],
    parent_id: int | None,
    *,
    has_children: bool,
) -> PostView:
    return PostView(
        id=post.id,
        sha256=post.sha256.hex() if post.sha256 else "",
        md5=post.md5.hex() if post.md5 else None,
        sha1=post.sha1.hex() if post.sha1 else None,
        mime=post.mime,
        size=post.size,
        width=post.width,
        height=post.height,
        duration=post.duration,
        frames=post.frames,
        has_sound=post.has_sound,
        thumbhash=post.thumbhash,
        state=post.state,
        state_reason=post.state_reason,
        damaged=post.damaged,
        rating=Rating(post.rating) if post.rating else None,
        rating_by=post.rating_by,
        score=post.score,
        stars=post.stars,
        sources=tuple(post.sources),
        parent_id=parent_id,
        has_children=has_children,
        description=post.description,
        place=post.place,
        taken_at=post.taken_at,
        dated_at=post.dated_at,
        created_at=post.created_at,
        missing_since=post.missing_since,
        trashed_at=post.trashed_at,
        tags=tags,
        locations=locations,
    )
