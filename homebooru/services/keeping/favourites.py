"""Favourites: the posts that an account likes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from homebooru.db.engine import Sessions
from homebooru.db.queries.records import GIVEN, among, one_of_given, records, spelled
from homebooru.db.tables import FavouriteRow
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.selecting import seen_of


class Touched(NamedTuple):
    """Those of some posts that are seen, and which of them were not so before."""

    seen: tuple[int, ...]
    changed: tuple[int, ...]


def like(sessions: Sessions, account_id: int, post_id: int, scope: Scope) -> None:
    """Make a post a favourite, if it is none already. Raises NotFound for one that is not seen."""
    if not add_favourites(sessions, account_id, [post_id], scope).seen:
        raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))


def unlike(sessions: Sessions, account_id: int, post_id: int, scope: Scope) -> None:
    """Let a post be no favourite any more. Raises NotFound for one that is not seen."""
    if not remove_favourites(sessions, account_id, [post_id], scope).seen:
        raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))


def add_favourites(
    sessions: Sessions, account_id: int, post_ids: Iterable[int], scope: Scope
) -> Touched:
    """Make favourites of those of these posts that are seen.

    Those that are favourites already stay what they were, and since when. Raises InvalidInput for
    more than can be changed at once.
    """
    with sessions.begin() as session:
        seen = seen_of(session, post_ids, scope)
        # in the order of their numbers, so that two who like the same posts never wait in a ring
        given = records(
            ({"post_id": number} for number in sorted(seen)), [FavouriteRow.__table__.c.post_id]
        )
        liked = sa.select(sa.literal(account_id), given.c.post_id).order_by(given.c.post_id)
        new = session.scalars(
            insert(FavouriteRow)
            .from_select(["account_id", "post_id"], liked)
            .on_conflict_do_nothing()
            .returning(FavouriteRow.post_id)
        )
        return Touched(seen, tuple(new))


def remove_favourites(
    sessions: Sessions, account_id: int, post_ids: Iterable[int], scope: Scope
) -> Touched:
    """Let those of these posts that are seen be no favourites. Raises as adding does."""
    with sessions.begin() as session:
        seen = seen_of(session, post_ids, scope)
        gone = session.scalars(
            sa.delete(FavouriteRow)
            .where(FavouriteRow.account_id == account_id, among(FavouriteRow.post_id, seen))
            .returning(FavouriteRow.post_id)
        )
        return Touched(seen, tuple(gone))


LIKED = sa.select(FavouriteRow.post_id).where(
    FavouriteRow.account_id == sa.bindparam("account"), one_of_given(FavouriteRow.post_id)
)


def favourites_among(
    sessions: Sessions, account_id: int, post_ids: Collection[int]
) -> frozenset[int]:
    """Return which of some posts an account likes, in one statement."""
    if not post_ids:
        return frozenset()
    with sessions.begin() as session:
        given = {"account": account_id, GIVEN: spelled(post_ids)}
        return frozenset(session.scalars(LIKED, given))
