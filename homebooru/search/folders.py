"""The folders that a search may name."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.scope import lies_there, shown, visible
from homebooru.db.tables import LocationRow, RootRow
from homebooru.domain.scope import Scope
from homebooru.search.columns import folded, like


def folders_from(session: Session, prefix: str, scope: Scope, *, limit: int) -> tuple[str, ...]:
    """Return the roots and folders with posts in them of whose path a part begins so."""
    names = [
        *session.scalars(_roots(prefix, scope)),
        *session.scalars(_folders(prefix, scope, limit)),
    ]
    return tuple(dict.fromkeys(names))[:limit]


def _roots(prefix: str, scope: Scope) -> sa.Select[str]:
    inside = sa.select(sa.true()).where(LocationRow.root_id == RootRow.id, *_seen(scope)).limit(1)
    held = inside.correlate(RootRow).scalar_subquery()
    return sa.select(RootRow.name).where(_begins(RootRow.name, prefix), held).order_by(RootRow.name)


def _folders(prefix: str, scope: Scope, limit: int) -> sa.Select[str]:
    """Look into folders one by one, in order, until enough are found that hold something."""
    every = _every_folder()
    fitting = sa.select(every.c.path).where(_begins(every.c.path, prefix)).order_by(every.c.path)
    each = fitting.offset(0).subquery()  # so that it is not joined with all files at once
    inside = sa.select(sa.true()).where(LocationRow.folder == each.c.path, *_seen(scope)).limit(1)
    return sa.select(each.c.path).where(inside.correlate(each).scalar_subquery()).limit(limit)


def _every_folder() -> sa.CTE:
    """Return each folder once, leaping from one to the next in the index over all their files."""
    path = LocationRow.folder
    first = (
        sa.select(sa.func.min(path).label("path")).where(path != "").cte("every", recursive=True)
    )
    later = sa.select(sa.func.min(path)).where(path > first.c.path).scalar_subquery()
    return first.union_all(sa.select(later).where(first.c.path.is_not(None)))


def _seen(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return lies_there(scope), visible(scope), shown()


def _begins(path: sa.SQLColumnExpression[str], prefix: str) -> sa.ColumnElement[bool]:
    patterns = (like(f"{start}{prefix}*") for start in ("", "*/"))
    return sa.or_(
        *(folded(path).like(folded(sa.literal(pattern, sa.Text))) for pattern in patterns)
    )
