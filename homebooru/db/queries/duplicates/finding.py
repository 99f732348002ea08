"""Posts that look for their copies: ordered, taken, and done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work
from homebooru.db.tables import DuplicateOrderRow, PostRow

NOW = sa.func.now()


@dataclass(frozen=True, slots=True)
class Sought:
    """A post as it is compared: under which key its thumbnails lie, and whether it moves."""

    post_id: int
    key: bytes
    pixel_digest: bytes | None
    frames: int
    duration: float | None

    @property
    def moves(self) -> bool:
        return self.frames > 1 or self.duration is not None


def order(session: Session, post_ids: Iterable[int]) -> None:
    """Let posts look for their copies, also those that are at it with an older picture."""
    if rows := [{"post_id": one} for one in sorted(post_ids)]:
        new = insert(DuplicateOrderRow).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[DuplicateOrderRow.post_id], set_={"due": NOW, "claimed_by": None}
            )
        )
        queue.wake(session, Work.DUPLICATES)


def count_orders(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(DuplicateOrderRow)) or 0


def take(session: Session, limit: int, worker_id: int | None) -> list[Sought]:
    """Take posts that are to look for their copies."""
    rows = queue.claim(session, DuplicateOrderRow, limit=limit, worker_id=worker_id)
    taken = [row.post_id for row in rows]
    found = read(session, taken)
    done(session, set(taken) - set(found))
    return list(found.values())


def read(session: Session, post_ids: Collection[int]) -> dict[int, Sought]:
    """Return those posts that can be compared."""
    key = sa.func.coalesce(PostRow.picture_key, PostRow.sha256)
    rows = session.execute(
        sa.select(
            PostRow.id,
            key,
            PostRow.pixel_digest,
            sa.func.coalesce(PostRow.frames, 1),
            PostRow.duration,
        ).where(any_of(PostRow.id, list(post_ids)), PostRow.state == "ready", key.is_not(None))
    )
    return {row[0]: Sought(*row) for row in rows}


def done(session: Session, post_ids: Iterable[int]) -> None:
    """Be done with posts, unless somebody ordered them anew meanwhile."""
    session.execute(
        sa.delete(DuplicateOrderRow).where(
            any_of(DuplicateOrderRow.post_id, list(post_ids)), DuplicateOrderRow.due > NOW
        )
    )


def release(session: Session, post_ids: Sequence[int]) -> None:
    """Let posts be due again that were taken and not looked at."""
    session.execute(
        sa.update(DuplicateOrderRow)
        .where(any_of(DuplicateOrderRow.post_id, post_ids))
        .values(due=NOW, claimed_by=None)
        .execution_options(synchronize_session=False)
    )
