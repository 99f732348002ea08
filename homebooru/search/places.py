"""Finds where a post stands in an order, and the posts that come next to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.scope import visible
from homebooru.db.tables import PostRow
from homebooru.domain.paging import Cursor, Side, Spot
from homebooru.domain.scope import Scope
from homebooru.search.ordering import Arrangement
from homebooru.search.plain import Predicate

LARGEST_ID = 2**31 - 1

Place = Sequence[Any]


def place_of(session: Session, post_id: int, line: Arrangement, scope: Scope) -> Place | None:
    """Return a post's place, whether or not a search finds it; None where the scope hides it."""
    if not 0 < post_id <= LARGEST_ID:
        return None
    here = sa.select(*line.columns).where(PostRow.id == post_id, visible(scope))
    return session.execute(here).one_or_none()


def spot(session: Session, wanted: Predicate, line: Arrangement, place: Place) -> Spot:
    """Return how many posts come before a place, and how many behind it."""
    before, behind = (
        sa.func.count().filter(each.beyond(place)) for each in (line.backwards(), line)
    )
    row = session.execute(sa.select(before, behind).select_from(PostRow).where(wanted)).one()
    return Spot(row[0], row[1])


def page_from(
    session: Session, wanted: Predicate, line: Arrangement, offset: int, limit: int
) -> Sequence[PostRow]:
    """Return the page that begins behind so many posts."""
    page = sa.select(PostRow).where(wanted).order_by(*line.order_by)
    return session.scalars(page.limit(limit).offset(offset)).all()


def page_beside(
    session: Session,
    wanted: Predicate,
    line: Arrangement,
    place: Place,
    cursor: Cursor,
    *,
    limit: int,
) -> Sequence[PostRow]:
    """Return the page right after or before a place, in reading order."""
    backwards = cursor.side is Side.BEFORE
    way = line.backwards() if backwards else line
    page = sa.select(PostRow).where(wanted, way.beyond(place)).order_by(*way.order_by).limit(limit)
    found = session.scalars(page).all()
    return found[::-1] if backwards else found
