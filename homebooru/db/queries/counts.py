"""The counts that people see: of what they may see, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow, TagCountDeltaRow, TagRow
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category

CHUNK = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tag, with the number of all posts that have it, seen or not."""

    id: int
    name: str
    category: Category
    total: int


def list_tags(
    session: Session, prefix: str, scope: Scope, *, limit: int = 50
) -> tuple[TagView, ...]:
    """Return the tags that begin with `prefix` and are on posts shown, the most frequent first.

    All posts ever counted are at least those shown, so the search ends when no later tag can
    have as many as the last one found.
    """
    found: list[TagView] = []
    for chunk in _by_total(session, prefix):
        if len(found) >= limit and found[limit - 1].count > chunk[0].total:
            break
        found += _count(session, chunk, scope)
        found.sort(key=lambda tag: (-tag.count, tag.name))
    return tuple(found[:limit])


def _by_total(session: Session, prefix: str) -> Iterator[Sequence[Candidate]]:
    """Yield the tags with that prefix by their numbers of posts of any kind, in chunks."""
    waiting = (
        sa.select(TagCountDeltaRow.tag_id, sa.func.sum(TagCountDeltaRow.delta).label("delta"))
        .group_by(TagCountDeltaRow.tag_id)
        .subquery()
    )
    total = (TagRow.count + sa.func.coalesce(waiting.c.delta, 0)).label("total")
    rows = session.execute(
        sa.select(TagRow.id, TagRow.name, TagRow.category, total)
        .outerjoin(waiting, waiting.c.tag_id == TagRow.id)
        .where(TagRow.name.startswith(prefix, autoescape=True), total > 0)
        .order_by(total.desc(), TagRow.name)
    )
    candidates = [Candidate(row.id, row.name, Category(row.category), row.total) for row in rows]
    for start in range(0, len(candidates), CHUNK):
        yield candidates[start : start + CHUNK]


def _count(session: Session, tags: Sequence[Candidate], scope: Scope) -> Iterator[TagView]:
    """Yield those tags that are on posts shown."""
    ids = [tag.id for tag in tags]
    posts = (
        sa.select(sa.func.count())
        .where(PostRow.tag_ids.contains(array([TagRow.id])), shown(), visible(scope))
        .correlate(TagRow)
        .scalar_subquery()
    )
    numbers = {
        row.id: row.number
        for row in session.execute(
            sa.select(TagRow.id, posts.label("number")).where(any_of(TagRow.id, ids))
        )
    }
    for tag in tags:
        if numbers[tag.id]:
            yield TagView(tag.name, tag.category, numbers[tag.id])
