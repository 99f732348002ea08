"""Which file is shown for a post, to whom."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import LocationRow, PostRow, RootRow


def visible_post(
    session: Session, visible: sa.ColumnElement[bool], wanted: sa.ColumnElement[bool]
) -> PostRow | None:
    """Return the post that is wanted, if it is visible."""
    return session.scalars(sa.select(PostRow).where(wanted, visible).limit(1)).one_or_none()


def present_locations(
    session: Session, post_id: int, roots: frozenset[int] | None
) -> Sequence[sa.Row[LocationRow, RootRow]]:
    """Return where the post's file should lie, below these roots, with the roots."""
    places = (
        sa.select(LocationRow, RootRow)
        .join(RootRow, RootRow.id == LocationRow.root_id)
        .where(
            LocationRow.post_id == post_id,
            LocationRow.missing_since.is_(None),
            RootRow.state != "removed",
        )
        .order_by(LocationRow.id)
    )
    if roots is not None:
        places = places.where(RootRow.id.in_(roots))
    return session.execute(places).all()
