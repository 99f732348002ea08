"""Posts that look for their copies: ordered, taken, and by what they find each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from homebooru.db import queue
from homebooru.db.queries.records import any_of
from homebooru.db.queue import Work
from homebooru.db.tables import DuplicateOrderRow, FingerprintRow, LookRow, PostRow
from homebooru.domain.similarity import BITS, pieces

NOW = sa.func.now()
MOST = 24  # partners by each way: where hundreds are one picture, they are joined by the first
NEAREST = 9
FARTHEST = 0.3  # cosine distance; most crops and captions are nearer, of strangers few
FARTHEST_HASH = 8


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
    """Take posts that are to look for their copies, and let others find them from now on.

    Whoever looks afterwards, in a transaction of their own, misses nobody who was taken before.
    """
    rows = queue.claim(session, DuplicateOrderRow, limit=limit, worker_id=worker_id)
    taken = [row.post_id for row in rows]
    found = read(session, taken)
    _keep_fingerprints(session, taken)
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


def _keep_fingerprints(session: Session, post_ids: Sequence[int]) -> None:
    rows = session.execute(
        sa.select(PostRow.id, PostRow.pixel_digest, PostRow.phash).where(
            any_of(PostRow.id, post_ids), PostRow.state == "ready"
        )
    )
    values = [
        {"post_id": row.id, "pixel_digest": row.pixel_digest, "pieces": pieces(row.phash)}
        for row in rows
    ]
    if values:
        new = insert(FingerprintRow).values(values)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[FingerprintRow.post_id],
                set_={"pixel_digest": new.excluded.pixel_digest, "pieces": new.excluded.pieces},
            )
        )


def partners(session: Session, post_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Return pairs, the smaller number first, of whom one is given and that may be one picture."""
    found: dict[tuple[int, int], None] = {}
    for each in (_by_pixels, _by_hash, _by_looks):
        for one, other in session.execute(each(post_ids)):
            found[min(one, other), max(one, other)] = None
    return set(found)


def _by_pixels(post_ids: Sequence[int]) -> sa.Select[int, int]:
    mine, theirs = aliased(FingerprintRow), aliased(FingerprintRow)
    same = _others(theirs, theirs.pixel_digest == mine.pixel_digest, mine.post_id)
    return _joined(mine, same.order_by(theirs.post_id).limit(MOST), post_ids)


def _by_hash(post_ids: Sequence[int]) -> sa.Select[int, int]:
    mine, theirs = aliased(FingerprintRow), aliased(FingerprintRow)
    here, there = aliased(PostRow), aliased(PostRow)
    apart = sa.func.bit_count(sa.cast(here.phash.bitwise_xor(there.phash), BIT(BITS)))
    near = (
        _others(theirs, theirs.pieces.overlap(mine.pieces), mine.post_id)
        .join(there, there.id == theirs.post_id)
        .join(here, here.id == mine.post_id)
        .where(apart <= FARTHEST_HASH)
        .order_by(apart, theirs.post_id)
        .limit(MOST)
    )
    return _joined(mine, near, post_ids)


def _by_looks(post_ids: Sequence[int]) -> sa.Select[int, int]:
    mine, theirs = aliased(LookRow), aliased(LookRow)
    distance = theirs.vector.cosine_distance(mine.vector)
    near = (
        sa.select(theirs.post_id, distance.label("distance"))
        .order_by(distance)
        .limit(NEAREST)
        .correlate(mine)
        .lateral()
    )
    return (
        sa.select(mine.post_id, near.c.post_id)
        .join(near, sa.true())
        .where(
            any_of(mine.post_id, post_ids),
            near.c.distance <= FARTHEST,
            near.c.post_id != mine.post_id,
        )
    )


def _others(
    theirs: type[FingerprintRow], fits: sa.ColumnElement[bool], post_id: InstrumentedAttribute[int]
) -> sa.Select[int]:
    return sa.select(theirs.post_id).where(fits, theirs.post_id != post_id)


def _joined(
    mine: type[FingerprintRow], some: sa.Select[int], post_ids: Sequence[int]
) -> sa.Select[int, int]:
    near = some.correlate(mine).lateral()
    return (
        sa.select(mine.post_id, near.c.post_id)
        .join(near, sa.true())
        .where(any_of(mine.post_id, post_ids))
    )


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
