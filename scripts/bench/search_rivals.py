"""The same questions asked of SQL: over join tables, and over arrays with a GIN index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.scope import visible
from homebooru.db.tables import PostRow
from homebooru.domain.query import Query
from homebooru.domain.query.tree import And, Node, Not, Or, Tag, Wildcard
from homebooru.search.finding import PlainFinding
from homebooru.search.ordering import arranged
from homebooru.search.plain import Asked, Predicate, holds, kept

SCHEMA = "bench_search"
POST_TAG = sa.table(
    "post_tag", sa.column("post_id", sa.Integer), sa.column("tag_id", sa.Integer), schema=SCHEMA
)


class Found(Protocol):
    """What each rival is asked."""

    def count(self) -> int: ...

    def page(self, offset: int, limit: int) -> Sequence[int]: ...

    def related(self, count: int) -> Mapping[int, int]: ...


Rival = Callable[[Session, Query, Asked], Found]


def by_arrays(session: Session, query: Query, asked: Asked) -> Found:
    return PlainFinding(session).find(query, asked)


def by_joins(session: Session, query: Query, asked: Asked) -> Found:
    return _Joined(session, query, asked)


@contextmanager
def join_table(sessions: Sessions) -> Iterator[None]:
    """Make the join table, and drop it afterwards."""
    with sessions.begin() as session:
        for statement in (
            f"drop schema if exists {SCHEMA} cascade",
            f"create schema {SCHEMA}",
            f"create table {SCHEMA}.post_tag (post_id integer, tag_id integer)",
            f"insert into {SCHEMA}.post_tag select id, unnest(tag_ids) from post",  # noqa: S608
            f"alter table {SCHEMA}.post_tag add primary key (tag_id, post_id)",
            f"create index on {SCHEMA}.post_tag (post_id)",
            f"analyze {SCHEMA}.post_tag",
        ):
            session.execute(sa.text(statement))
    try:
        yield
    finally:
        with sessions.begin() as session:
            session.execute(sa.text(f"drop schema {SCHEMA} cascade"))


@dataclass(frozen=True, slots=True)
class _Joined:
    session: Session
    query: Query
    asked: Asked

    def count(self) -> int:
        counted = sa.select(sa.func.count()).select_from(PostRow).where(self._wanted())
        return self.session.scalars(counted).one()

    def page(self, offset: int, limit: int) -> Sequence[int]:
        line = arranged(self.query.order, self.asked)
        page = sa.select(PostRow.id).where(self._wanted()).order_by(*line.order_by)
        return self.session.scalars(page.limit(limit).offset(offset)).all()

    def related(self, count: int) -> Mapping[int, int]:
        often = sa.func.count().label("often")
        tags = (
            sa.select(POST_TAG.c.tag_id, often)
            .join(PostRow, PostRow.id == POST_TAG.c.post_id)
            .where(self._wanted())
            .group_by(POST_TAG.c.tag_id)
            .order_by(often.desc())
        )
        rows = self.session.execute(tags.fetch(count, with_ties=True))
        return {tag: number for tag, number in rows}  # noqa: C416  rows are no pairs to mypy

    def _wanted(self) -> Predicate:
        seen = sa.and_(visible(self.asked.scope), kept(self.query))
        return sa.and_(seen, self._holds(self.query.tree))

    def _holds(self, node: Node) -> Predicate:
        match node:
            case And(parts):
                return sa.and_(*map(self._holds, parts))
            case Or(parts):
                return sa.or_(*map(self._holds, parts))
            case Not(part):
                return sa.not_(sa.func.coalesce(self._holds(part), sa.false()))
            case Tag(name):
                return self._tagged([self.asked.tags.get(name, 0)])
            case Wildcard(pattern) if pattern != "*":
                return self._tagged(self.asked.wildcards.get(pattern, ()))
        return holds(node, self.asked)

    def _tagged(self, tags: Sequence[int]) -> Predicate:
        here = POST_TAG.alias()
        return sa.exists().where(here.c.post_id == PostRow.id, here.c.tag_id.in_(tags))
