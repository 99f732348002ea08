"""Pictures that people search with: kept a short while, each for whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.alike import spaces
from homebooru.db.queries.looks import HALF
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import AskedPictureRow, FormerDigestRow, LookRow, PostRow
from homebooru.domain.scope import Scope

LASTS = timedelta(hours=6)
MOST = 100  # of one person
IS_THERE = AskedPictureRow.asked_at > sa.func.now() - LASTS


def keep(session: Session, row: AskedPictureRow) -> None:
    """Keep a picture, and forget those that are old, or too many of one person."""
    session.add(row)
    session.flush()
    drop_old(session)
    older = (
        sa.select(AskedPictureRow.key)
        .where(AskedPictureRow.account_id == row.account_id)
        .order_by(AskedPictureRow.asked_at.desc())
        .offset(MOST)
    )
    session.execute(sa.delete(AskedPictureRow).where(AskedPictureRow.key.in_(older)))


def drop_old(session: Session) -> None:
    """Forget the pictures whose time is over."""
    session.execute(sa.delete(AskedPictureRow).where(~IS_THERE))


def find(session: Session, key: str, scope: Scope) -> AskedPictureRow | None:
    """Return a picture that whoever asks searched with before; None where it is forgotten."""
    return session.scalar(
        sa.select(AskedPictureRow).where(
            AskedPictureRow.key == key, AskedPictureRow.account_id == scope.account, IS_THERE
        )
    )


def direction_of(
    session: Session, row: AskedPictureRow
) -> tuple[sa.FromClause, Sequence[float], str | None]:
    """Return where a picture points, in the table of what it is compared with.

    That is of a model, whose name comes with it, or of our own descriptor.
    """
    space = None if row.space is None else spaces.find(session, row.space)
    if space is None or row.vector is None or len(row.vector) != space.dimensions * HALF.itemsize:
        return LookRow.__table__, row.look, None
    return spaces.vectors_of(space), unpacked(row.vector), space.name


def same_posts(session: Session, row: AskedPictureRow, scope: Scope, limit: int) -> list[int]:
    """Return the posts that have these bytes, or had them, or show the very same pixels."""
    former = sa.select(FormerDigestRow.post_id).where(FormerDigestRow.sha256 == row.sha256)
    ways = [PostRow.sha256 == row.sha256, PostRow.id.in_(former)]
    if row.pixel_digest is not None:
        ways.append(PostRow.pixel_digest == row.pixel_digest)
    wanted = sa.select(PostRow.id).where(sa.or_(*ways), visible(scope), shown())
    first = (PostRow.sha256 == row.sha256).desc()
    return list(session.scalars(wanted.order_by(first, PostRow.id).limit(limit)))


def unpacked(vector: bytes) -> list[float]:
    """Return the numbers of a description that is kept in half precision."""
    numbers: list[float] = np.frombuffer(vector, HALF).astype(np.float32).tolist()
    return numbers
