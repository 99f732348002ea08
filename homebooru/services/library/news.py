"""What a visitor should know of the library while looking at pictures: what is read, what is away."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import IntakeRow, PostRow, PreparationRow, RootRow
from homebooru.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Away:
    """A folder that cannot be reached, and why."""

    name: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What goes on in the folders that somebody may see.

    `roots` is how many there are, `new` those that no scan has gone through yet. `files` wait to
    be read; `posts` are in the gallery, of which `unseen` wait for their thumbnails; both are 0 while
    nothing is read.
    """

    roots: int
    new: tuple[str, ...]
    away: tuple[Away, ...]
    files: int
    posts: int
    unseen: int

    @property
    def is_busy(self) -> bool:
        return bool(self.new or self.files or self.unseen)

    @property
    def share(self) -> float | None:
        """Return how much of the work is done, where its size is known."""
        total = 2 * (self.files + self.posts)  # each file is read, then looked at
        if self.new or not total:
            return None
        return 1 - (2 * self.files + self.unseen) / total


def library_news(sessions: Sessions, scope: Scope) -> News:
    """Return what goes on in the library; posts are only counted while something does."""
    with sessions.begin() as session:
        return read_news(session, scope)


def read_news(session: Session, scope: Scope) -> News:
    """Return what goes on as of a transaction."""
    roots = session.execute(_of(scope)).all()
    new = tuple(root.name for root in roots if root.state == "new")
    away = tuple(Away(root.name, root.state_reason) for root in roots if root.state == "offline")
    files = sum(root.files for root in roots)
    quiet = not (new or files or any(root.prepares for root in roots))
    posts, unseen = (0, 0) if quiet else _count_posts(session, scope)
    return News(roots=len(roots), new=new, away=away, files=files, posts=posts, unseen=unseen)


@lru_cache
def _of(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    """Select roots, each with how many of its files wait, and whether posts wait to be looked at."""
    waiting = sa.select(sa.func.count()).select_from(IntakeRow)
    files = waiting.where(IntakeRow.root_id == RootRow.id, ~IntakeRow.unread)
    prepares = sa.select(sa.exists(PreparationRow.post_id))
    roots = (
        sa.select(
            RootRow.name,
            RootRow.state,
            RootRow.state_reason,
            files.correlate(RootRow).scalar_subquery().label("files"),
            prepares.scalar_subquery().label("prepares"),
        )
        .where(RootRow.state != "removed")
        .order_by(RootRow.name, RootRow.id)
    )
    return roots if scope.roots is None else roots.where(any_of(RootRow.id, sorted(scope.roots)))


def _count_posts(session: Session, scope: Scope) -> tuple[int, int]:
    pending = sa.func.count().filter(PostRow.state == "pending")
    counted = sa.select(sa.func.count(), pending).where(visible(scope), shown())
    posts, unseen = session.execute(counted).one()
    return int(posts), int(unseen)
