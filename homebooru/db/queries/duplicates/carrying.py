"""What people keep of one post, carried over to another that shows the same picture, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import FavouriteRow, PoolPostRow, PoolRow

Place = tuple[int, int]  # a pool, and the position there


def like_too(session: Session, lost: int, kept: int) -> list[int]:
    """Let whoever likes one post like the other, since the same moment; return who did not yet."""
    mine = sa.select(FavouriteRow.account_id, sa.literal(kept), FavouriteRow.made_at).where(
        FavouriteRow.post_id == lost
    )
    new = insert(FavouriteRow).from_select(["account_id", "post_id", "made_at"], mine)
    added = new.on_conflict_do_nothing().returning(FavouriteRow.account_id)
    return sorted(session.scalars(added))


def like_no_more(session: Session, kept: int, account_ids: Iterable[int]) -> None:
    """Take back that accounts like a post because they liked another one."""
    session.execute(
        sa.delete(FavouriteRow).where(
            FavouriteRow.post_id == kept, any_of(FavouriteRow.account_id, list(account_ids))
        )
    )


def take_places(session: Session, lost: int, kept: int) -> tuple[list[Place], list[int]]:
    """Put one post into the places that another has in pools; that one leaves them.

    Return these places, and the pools that the post was not in before.
    """
    mine = sa.select(PoolPostRow.pool_id, sa.literal(kept), PoolPostRow.position).where(
        PoolPostRow.post_id == lost
    )
    new = insert(PoolPostRow).from_select(["pool_id", "post_id", "position"], mine)
    joined = session.scalars(new.on_conflict_do_nothing().returning(PoolPostRow.pool_id))
    pools = sorted(joined)
    left = session.execute(
        sa.delete(PoolPostRow)
        .where(PoolPostRow.post_id == lost)
        .returning(PoolPostRow.pool_id, PoolPostRow.position)
    )
    return sorted((pool, position) for pool, position in left), pools


def give_places_back(
    session: Session, lost: int, kept: int, places: Sequence[Place], joined: Sequence[int]
) -> None:
    """Put a post back into the places that another took; pools that are gone are passed over."""
    session.execute(
        sa.delete(PoolPostRow).where(
            PoolPostRow.post_id == kept, any_of(PoolPostRow.pool_id, list(joined))
        )
    )
    there = set(
        session.scalars(
            sa.select(PoolRow.id).where(any_of(PoolRow.id, [pool for pool, _ in places]))
        )
    )
    rows = [
        {"pool_id": pool, "post_id": lost, "position": position}
        for pool, position in places
        if pool in there
    ]
    if rows:
        session.execute(insert(PoolPostRow).values(rows).on_conflict_do_nothing())
