"""Who may see which posts, as conditions on their rows; every read for people has them."""

from __future__ import annotations

import sqlalchemy as sa

from homebooru.db.queries.records import any_of
from homebooru.db.tables import LocationRow, PostRow
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope


def visible(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell whether somebody may see a post at all."""
    return sa.and_(_rated(scope), _placed(scope))


def shown() -> sa.ColumnElement[bool]:
    """Tell whether a post is in the grid: neither missing nor trashed."""
    return sa.and_(PostRow.missing_since.is_(None), PostRow.trashed_at.is_(None))


def lies_there(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell whether a location is where its post lies, for whoever may see it.

    Where a post lay before counts only while it lies nowhere. Other missing places are kept for
    what was said there, and nobody sees them or finds by them.
    """
    counts = sa.or_(LocationRow.missing_since.is_(None), PostRow.missing_since.is_not(None))
    counts = sa.and_(LocationRow.post_id == PostRow.id, counts)
    if scope.roots is None:
        return counts
    in_folder = any_of(LocationRow.root_id, sorted(scope.roots))
    return sa.and_(counts, sa.or_(in_folder, _mirrored_for(scope)) if scope.mirrors else in_folder)


def told_of_immich(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell whether somebody may know how a post lies in Immich: in which albums, with whom."""
    if scope.roots is None:
        return sa.true()
    there = sa.and_(lies_there(EVERYTHING), _mirrored_for(scope))
    return sa.exists().where(there).correlate(PostRow)


def _mirrored_for(scope: Scope) -> sa.ColumnElement[bool]:
    return any_of(LocationRow.mirror, sorted(scope.mirrors))


def _rated(scope: Scope) -> sa.ColumnElement[bool]:
    steps = list(Rating)
    allowed = steps[: steps.index(scope.ceiling) + 1]
    if scope.ceiling is steps[-1]:
        return sa.true()
    rated = PostRow.rating.in_([rating.value for rating in allowed])
    if scope.unrated_as in allowed:
        return sa.or_(rated, PostRow.rating.is_(None))
    return rated


def _placed(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell whether the post lies below an allowed root; if it lies nowhere, whether it lay there."""
    if scope.roots is None:
        return sa.true()
    return sa.exists().where(lies_there(scope)).correlate(PostRow)
