"""Posts as they are shown, read for a whole page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru import phrases
from homebooru.db.ahead import Row, Spelled, rows_of
from homebooru.db.queries.records import GIVEN, any_of, one_of_given, spelled
from homebooru.db.queries.scope import lies_there, shown, visible
from homebooru.db.tables import LocationRow, PostRow, RecordRow, RootRow, TagRow
from homebooru.domain.lookups.outcomes import KNOWN
from homebooru.domain.posts import LocationView, PostView, TagView, in_order
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category
from homebooru.sites import BOORUS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORKED_OUT = ("has_children", "is_known", "is_asked", "parent_id")
DERIVED = {"tags", "locations", *WORKED_OUT}
SHOWN = [getattr(PostRow, each.name) for each in fields(PostView) if each.name not in DERIVED]
NAMES = (*(column.key for column in SHOWN), *WORKED_OUT)
"""What a row begins with."""
WIDTH = len(NAMES)
PLACED = {
    "id": LocationRow.id,
    "root_id": LocationRow.root_id,
    "root": RootRow.name,
    "folder": LocationRow.folder,
    "name": LocationRow.name,
    "size": LocationRow.size,
    "modified_at": LocationRow.mtime_ns,
    "missing_since": LocationRow.missing_since,
    "kind": LocationRow.kind,
}
"""What follows in it: one of the places where the post lies."""
SCOPES = 100  # of which the statements are kept


def post_views(
    session: Session,
    posts: Sequence[PostRow],
    scope: Scope,
    counts: Mapping[int, int] | None = None,
) -> tuple[PostView, ...]:
    """Return posts, which the scope must allow, as they are shown; `counts` are their tags'."""
    tags = tag_views(session, {tag for post in posts for tag in post.tag_ids}, counts)
    listed = {post.id: in_order(tags[tag] for tag in post.tag_ids) for post in posts}
    return page_views(session, listed, scope)


def page_views(
    session: Session, tags: Mapping[int, tuple[TagView, ...]], scope: Scope
) -> tuple[PostView, ...]:
    """Return the posts that have these tags, and that the scope must allow, as they are shown."""
    with page_rows(session, tags, scope, meanwhile=False) as rows:
        pass
    return views_of(rows, tags)


def page_rows(
    session: Session, posts: Collection[int], scope: Scope, *, meanwhile: bool
) -> AbstractContextManager[list[Row]]:
    """Read what `views_of` needs of posts that the scope must allow, as `rows_of` does."""
    if not posts:
        return nullcontext([])
    return rows_of(session, _spelled(scope), {GIVEN: spelled(posts)}, meanwhile=meanwhile)


def views_of(rows: Iterable[Row], tags: Mapping[int, tuple[TagView, ...]]) -> tuple[PostView, ...]:
    """Return the posts that have these tags, of which the rows tell, as they are shown."""
    posts, places = {}, defaultdict(list)
    for row in rows:
        post = row[0]
        posts[post] = row
        if row[WIDTH] is not None:
            places[post].append(_place(row[WIDTH:]))
    return tuple(_view(posts[post], tags[post], tuple(places[post])) for post in tags)


@lru_cache(SCOPES)
def _spelled(scope: Scope) -> Spelled:
    """Spell it once for a scope: to make and to spell it takes longer than to run it."""
    return Spelled.of(_page(scope), {GIVEN: spelled(())})


def _page(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """Select the given posts, once for each place where they lie as far as the scope allows.

    Of missing ones these are the places where they lay.
    """
    parents = sa.select(PostRow.parent_id).where(one_of_given(PostRow.parent_id))
    with_children = parents.where(visible(scope), shown()).correlate(None)
    known = sa.select(RecordRow.post_id).where(
        one_of_given(RecordRow.post_id),
        RecordRow.source.in_(BOORUS),
        RecordRow.outcome.in_(KNOWN),
    )
    open_to_question = sa.or_(sa.func.cardinality(PostRow.suggestion_ids) > 0, PostRow.disagrees)
    return (
        sa.select(
            *SHOWN,
            PostRow.id.in_(with_children).label("has_children"),
            PostRow.id.in_(known.correlate(None)).label("is_known"),
            open_to_question.label("is_asked"),
            sa.case((_parent_is_seen(scope), PostRow.parent_id)).label("parent_id"),
            *(column.label(f"at_{name}") for name, column in PLACED.items()),
        )
        .outerjoin(LocationRow, lies_there(scope))
        .outerjoin(RootRow, RootRow.id == LocationRow.root_id)
        .where(one_of_given(PostRow.id))
        .order_by(LocationRow.id)
    )


def _parent_is_seen(scope: Scope) -> sa.ColumnElement[bool]:
    if scope.sees_all:
        return PostRow.parent_id.is_not(None)
    child = aliased(PostRow)
    parents = sa.select(child.parent_id).where(one_of_given(child.id))
    seen = sa.select(PostRow.id).where(PostRow.id.in_(parents), visible(scope))
    return PostRow.parent_id.in_(seen.correlate(None))


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


def _place(row: Sequence[Any]) -> LocationView:
    said = dict(zip(PLACED, row, strict=True))
    said["root"] = said["root"] or ""
    said["modified_at"] = EPOCH + timedelta(microseconds=said["modified_at"] // 1000)
    return LocationView(**said)


def _view(row: Row, tags: tuple[TagView, ...], locations: tuple[LocationView, ...]) -> PostView:
    """Take the values as they come, which is quicker than one by one."""
    said = dict(zip(NAMES, row, strict=False))
    key = said["picture_key"] or said["sha256"]
    said["picture_key"] = key.hex() if key else ""
    said["sha256"] = said["sha256"].hex() if said["sha256"] else ""
    for digest in ("md5", "sha1"):
        said[digest] = said[digest] and said[digest].hex()
    said["rating"] = said["rating"] and Rating(said["rating"])
    said["state_reason"] = said["state_reason"] and phrases.read(said["state_reason"])
    said["sources"] = tuple(said["sources"])
    return PostView(**said, tags=tags, locations=locations)
