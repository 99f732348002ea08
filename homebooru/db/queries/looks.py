"""What posts look like: kept, asked for, and compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from pgvector import HalfVector
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.duplicates import finding
from homebooru.db.queries.records import any_of
from homebooru.db.tables import LookOrderRow, LookRow, PostRow

HALF = np.dtype("<f2")


@dataclass(frozen=True, slots=True)
class Undescribed:
    """A post to be described, and the digest under which its thumbnails are kept."""

    post_id: int
    sha256: bytes


def keep_looks(session: Session, looks: Mapping[int, bytes]) -> None:
    """Keep what posts look like: numbers in half precision, as `Facts.look` has them.

    They look for their copies next.
    """
    rows = [
        {"post_id": post_id, "vector": HalfVector(np.frombuffer(look, HALF))}
        for post_id, look in sorted(looks.items())
    ]
    if rows:
        new = insert(LookRow)
        kept = new.on_conflict_do_update(
            index_elements=[LookRow.post_id], set_={"vector": new.excluded.vector}
        )
        session.execute(kept, rows)
        finding.order(session, looks)


def find_look(session: Session, post_id: int) -> Sequence[float] | None:
    """Return what a post looks like, None where that is not known yet."""
    return session.scalar(sa.select(LookRow.vector).where(LookRow.post_id == post_id))


def claim_undescribed(session: Session, limit: int, worker_id: int | None) -> list[Undescribed]:
    """Take posts whose pictures are to be described; those that cannot be are done with."""
    taken = [
        row.post_id for row in queue.claim(session, LookOrderRow, limit=limit, worker_id=worker_id)
    ]
    rows = session.execute(
        sa.select(PostRow.id, PostRow.sha256).where(
            any_of(PostRow.id, taken), PostRow.state == "ready", PostRow.sha256.is_not(None)
        )
    )
    found = [Undescribed(row.id, row.sha256) for row in rows if row.sha256 is not None]
    drop_orders(session, set(taken) - {one.post_id for one in found})
    return found


def count_orders(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(LookOrderRow)) or 0


def drop_orders(session: Session, post_ids: Collection[int]) -> None:
    session.execute(sa.delete(LookOrderRow).where(any_of(LookOrderRow.post_id, list(post_ids))))
