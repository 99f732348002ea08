"""The counts that people see: of what they may see, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import PostRow, TagCountDeltaRow, TagRow
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope
from homebooru.domain.tags import Category

CHUNK = 12
GLANCE = 100
"""As far as a quick look counts in a part of the gallery: whoever types cannot wait for more."""
GLANCES = 4  # chunks that a quick look goes through


Candidates = sa.Select[int, str, int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tag, with the number of all posts that have it, seen or not."""

    id: int
    name: str
    category: Category
    total: int


def list_tags(
    session: Session, prefix: str, scope: Scope, *, limit: int = 50, quick: bool = False
) -> tuple[TagView, ...]:
    """Return the tags that begin with `prefix` and are on posts shown, the most frequent first.

    All posts ever counted are at least those shown, so the search ends when no later tag can
    have as many as the last one found. A `quick` look counts to `GLANCE` and one more, unless
    the whole gallery is in sight, and gives up where the frequent tags are all out of it.
    """
    found: list[TagView] = []
    begins = TagRow.name.startswith(prefix, autoescape=True)
    for number, chunk in enumerate(_by_total(session, begins)):
        least = found[limit - 1].count if len(found) >= limit else 0
        if least > chunk[0].total or (quick and (least > GLANCE or number >= GLANCES)):
            break
        found += _count(session, chunk, scope, quick=quick)
        found.sort(key=lambda tag: (-tag.count, tag.name))
    return tuple(found[:limit])


def count_shown(session: Session) -> int:
    """Return how many posts whoever sees everything sees; those out of sight are few and known."""
    every, away = (
        sa.select(sa.func.count()).select_from(PostRow).where(wanted).scalar_subquery()
        for wanted in (sa.true(), sa.not_(shown()))
    )
    return session.scalar(sa.select(every - away)) or 0


def count_tags(
    session: Session, tag_ids: Iterable[int], scope: Scope, *, quick: bool = False
) -> dict[int, TagView]:
    """Return those of some tags that are on posts shown; a `quick` look is one of `list_tags`."""
    ids = list(tag_ids)
    candidates = [one for chunk in _by_total(session, any_of(TagRow.id, ids)) for one in chunk]
    named = {tag.name: tag for tag in _count(session, candidates, scope, quick=quick)}
    return {each.id: named[each.name] for each in candidates if each.name in named}


def candidates(wanted: sa.ColumnElement[bool]) -> tuple[Candidates, sa.ColumnElement[int]]:
    """Return the wanted tags to select, each with all posts ever counted, and that number."""
    waiting = (
        sa.select(TagCountDeltaRow.tag_id, sa.func.sum(TagCountDeltaRow.delta).label("delta"))
        .group_by(TagCountDeltaRow.tag_id)
        .subquery()
    )
    total = (TagRow.count + sa.func.coalesce(waiting.c.delta, 0)).label("total")
    chosen = sa.select(TagRow.id, TagRow.name, TagRow.category, total)
    return chosen.outerjoin(waiting, waiting.c.tag_id == TagRow.id).where(wanted), total


def _by_total(session: Session, wanted: sa.ColumnElement[bool]) -> Iterator[Sequence[Candidate]]:
    """Yield the wanted tags by their numbers of posts of any kind, in chunks."""
    chosen, total = candidates(wanted)
    in_order = chosen.where(total > 0).order_by(total.desc(), TagRow.name)
    with session.execute(in_order.execution_options(yield_per=CHUNK)) as rows:
        for chunk in rows.partitions(CHUNK):
            yield [Candidate(row.id, row.name, Category(row.category), row.total) for row in chunk]


def _count(
    session: Session, tags: Sequence[Candidate], scope: Scope, *, quick: bool
) -> Iterator[TagView]:
    """Yield those tags that are on posts shown."""
    if scope.sees_all:
        away = _out_of_sight(session, tags)
        numbers = {tag.id: tag.total - away.get(tag.id, 0) for tag in tags}
    else:
        numbers = _seen(session, tags, scope, most=GLANCE + 1 if quick else None)
    for tag in tags:
        if numbers[tag.id]:
            yield TagView(tag.name, tag.category, numbers[tag.id])


def _out_of_sight(session: Session, tags: Iterable[Candidate]) -> dict[int, int]:
    """Return how many missing and trashed posts have each tag, if any."""
    each = sa.func.unnest(PostRow.tag_ids, type_=sa.Integer).label("id")
    away = sa.select(each).where(sa.not_(shown())).subquery()
    wanted = away.c.id.in_([tag.id for tag in tags])
    rows = session.execute(sa.select(away.c.id, sa.func.count()).where(wanted).group_by(away.c.id))
    return {tag_id: number for tag_id, number in rows}  # noqa: C416  rows are no pairs to mypy


def _seen(
    session: Session, tags: Sequence[Candidate], scope: Scope, *, most: int | None
) -> dict[int, int]:
    """Return how many posts that are shown have each tag, counting up to `most`.

    Each tag gets its own part of the statement: PostgreSQL knows which ones are on so many
    posts that it finds some faster without the index.
    """
    posts = [
        sa.select(PostRow.id)
        .where(PostRow.tag_ids.contains([tag.id]), shown(), visible(scope))
        .limit(most)
        .subquery()
        for tag in tags
    ]
    each = [sa.select(sa.func.count()).select_from(some).scalar_subquery() for some in posts]
    numbers = session.execute(sa.select(*each)).one() if each else ()
    return {tag.id: number for tag, number in zip(tags, numbers, strict=True)}
