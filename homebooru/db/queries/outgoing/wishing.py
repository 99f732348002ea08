"""What people like, for programs that know but one kind of liking."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import FavouriteRow


def liked(session: Session, post_ids: Collection[int]) -> frozenset[int]:
    """Return which posts are favourites of somebody."""
    here = any_of(FavouriteRow.post_id, list(post_ids))
    return frozenset(session.scalars(sa.select(FavouriteRow.post_id).where(here).distinct()))
