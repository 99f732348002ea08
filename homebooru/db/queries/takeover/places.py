"""Which post lies at a path, whatever folder of the library that is in."""

from __future__ import annotations

import os

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.scope import lies_there, visible
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.intake import shown
from homebooru.domain.scope import Scope


def post_at(session: Session, path: str, scope: Scope) -> int | None:
    """Return the post that lies, or lay last, at a path below a folder of the library."""
    told = os.fsencode(path)
    folder, name = shown(told)
    return session.scalar(
        sa.select(PostRow.id)
        .join(LocationRow, lies_there(scope))
        .where(
            visible(scope),
            LocationRow.folder == folder,
            LocationRow.name == name,
            LocationRow.path == told,
        )
        .order_by(LocationRow.missing_since.is_not(None), LocationRow.id)
        .limit(1)
    )
