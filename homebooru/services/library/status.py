"""How the library is: what is in it, what waits, what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import roots as queries
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import LocationRow, PostRow, ProblemRow, RootRow
from homebooru.domain.intake import RootView
from homebooru.domain.scope import Scope

MOST = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read, and why; `path` is for people."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatus:
    """The library in numbers, as far as somebody may see it.

    `waiting` are files that are yet to be read and posts that are yet to be looked at;
    `unreadable` are files that could not be read and posts that could not be looked at.
    `problems` are the first of them all, of folders and of sidecars too; `problem_count` is how
    many there are.
    """

    roots: tuple[RootView, ...]
    posts: int
    tagged: int
    waiting: int
    unreadable: int
    missing: int
    problems: tuple[Problem, ...]
    problem_count: int


def library_status(sessions: Sessions, scope: Scope) -> LibraryStatus:
    """Return how the library is, counted over what `scope` may see."""
    with sessions.begin() as session:
        roots = queries.root_views(session, scope.roots)
        posts, tagged, pending, unreadable, missing = _count(session, scope)
        problems, problem_count = _problems(session, scope)
        return LibraryStatus(
            roots=roots,
            posts=posts,
            tagged=tagged,
            waiting=pending + sum(root.waiting for root in roots),
            unreadable=unreadable + queries.count_unread(session, scope.roots),
            missing=missing,
            problems=problems,
            problem_count=problem_count,
        )


def _count(session: Session, scope: Scope) -> tuple[int, int, int, int, int]:
    def having(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count().filter(*conditions)

    numbers = session.execute(
        sa.select(
            having(shown()),
            having(shown(), sa.func.cardinality(PostRow.tag_ids) > 0),
            having(shown(), PostRow.state == "pending"),
            having(shown(), PostRow.state == "unreadable"),
            having(PostRow.missing_since.is_not(None), PostRow.trashed_at.is_(None)),
        ).where(visible(scope))
    ).one()
    posts, tagged, pending, unreadable, missing = map(int, numbers)
    return posts, tagged, pending, unreadable, missing


def _problems(session: Session, scope: Scope) -> tuple[tuple[Problem, ...], int]:
    """Return the first of what could not be read, and how many there are."""
    kinds = _problem_kinds(scope)
    found: list[Problem] = []
    for wanted in kinds:
        part = wanted.subquery()
        rows = session.execute(
            sa.select(part).order_by(part.c.root_id, part.c.path).limit(MOST - len(found))
        )
        found += [
            Problem(queries.readable_path(row.root + b"/" + row.path), row.reason or "")
            for row in rows
        ]
    if len(found) < MOST:
        return tuple(found), len(found)
    counts = [sa.select(sa.func.count()).select_from(kind.subquery()) for kind in kinds]
    return tuple(found), sum(session.scalars(count).one() for count in counts)


def _problem_kinds(scope: Scope) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """Return how to ask for what could not be read: folders and files first, then pictures."""
    told = (
        sa.select(
            RootRow.id.label("root_id"),
            RootRow.path.label("root"),
            ProblemRow.path.label("path"),
            ProblemRow.reason.label("reason"),
        )
        .join(RootRow, RootRow.id == ProblemRow.root_id)
        .group_by(RootRow.id, ProblemRow.path, ProblemRow.reason)  # pictures may share a sidecar
    )
    broken = (
        sa.select(
            RootRow.id.label("root_id"),
            RootRow.path.label("root"),
            LocationRow.path.label("path"),
            PostRow.state_reason.label("reason"),
        )
        .join(LocationRow, LocationRow.post_id == PostRow.id)
        .join(RootRow, RootRow.id == LocationRow.root_id)
        .where(
            PostRow.state_reason.is_not(None),
            LocationRow.missing_since.is_(None),
            PostRow.id.in_(sa.select(PostRow.id).where(visible(scope))),
        )
    )
    if scope.roots is not None:
        told = told.where(RootRow.id.in_(scope.roots))
        broken = broken.where(RootRow.id.in_(scope.roots))
    return told, broken
