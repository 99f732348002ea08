"""Who waits for whom when tags change; every lock is held until its transaction ends.

Order: vocabulary, then posts (by id), then tags (new ones by name, others by id). Where several
rounds cannot be helped, PostgreSQL ends one of those who wait for each other: see `db/retrying`.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import PostRow

VOCABULARY = 7283010
COUNTS = 7283011
RETAGGING = 7283012


def share_vocabulary(session: Session) -> None:
    """Keep aliases, implications and policy as they are while posts are derived."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(VOCABULARY)))


def own_vocabulary(session: Session) -> None:
    """Wait until nobody derives with what holds now, and keep others from beginning."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(VOCABULARY)))


def own_counts(session: Session) -> None:
    """Be the only one who folds or corrects counts."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(COUNTS)))


def try_counts(session: Session) -> bool:
    """Be the only one who folds or corrects counts, unless somebody is at it."""
    return bool(session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(COUNTS))))


def try_retagging(session: Session) -> bool:
    """Be the only one who carries out orders to retag, unless somebody is at it."""
    return bool(session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(RETAGGING))))


def lock_posts(session: Session, post_ids: Iterable[int]) -> list[int]:
    """Lock posts against other writers; return those that exist.

    Rows that point at the post (children, claims) can still be written: a stronger lock would
    make two families wait for each other.
    """
    return list(
        session.scalars(
            sa.select(PostRow.id)
            .where(any_of(PostRow.id, list(post_ids)))
            .order_by(PostRow.id)
            .with_for_update(key_share=True)
        )
    )
