"""Acts of the vocabulary that a job takes back: ordered, how far they are, and done with."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queue import LEASE, Work
from homebooru.db.tables import VocabularyActRow, VocabularyUndoRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.vocabulary.acts import Kind, Undoing

UNDO = VocabularyUndoRow


def order_undo(session: Session, act_id: int, by: Hand, total: int) -> None:
    """Have an act taken back; one that is already being taken back goes on."""
    if session.get(UNDO, act_id, with_for_update=True) is None:
        session.add(UNDO(act_id=act_id, account_id=by.account_id, via=by.via, total=total))
    queue.wake(session, Work.UNDOING)


def take_undo(session: Session, *, worker_id: int | None) -> int | None:
    """Take one that is due, and return the number of its act."""
    taken = queue.claim(session, UNDO, limit=1, worker_id=worker_id)
    return taken[0].act_id if taken else None


def hold_undo(session: Session, act_id: int) -> VocabularyUndoRow | None:
    """Return how far an act is taken back, for this transaction alone; None where it was struck."""
    return session.get(UNDO, act_id, with_for_update=True, populate_existing=True)


def carry_on(session: Session, undo: VocabularyUndoRow, place: int | None, count: int) -> None:
    """Note that so many more changes were looked at; `place` is where to go on, None its end."""
    if place is None:
        session.delete(undo)
    else:
        undo.place, undo.done = place, undo.done + count
        undo.due = sa.func.now() + LEASE
    session.flush()


def strike_undo(session: Session, act_id: int) -> None:
    session.execute(sa.delete(UNDO).where(UNDO.act_id == act_id))


def count_ordered(session: Session) -> int:
    """Return how many changes are to be looked at, in all."""
    return session.scalar(sa.select(sa.func.sum(UNDO.total - UNDO.done))) or 0


def view_undos(session: Session) -> tuple[Undoing, ...]:
    """Return what is being taken back, and how far that is."""
    wanted = (
        sa.select(
            UNDO.act_id, VocabularyActRow.kind, VocabularyActRow.reason, UNDO.done, UNDO.total
        )
        .join(VocabularyActRow, VocabularyActRow.id == UNDO.act_id)
        .order_by(UNDO.act_id)
    )
    return tuple(
        Undoing(act_id, Kind(kind), reason, done, total)
        for act_id, kind, reason, done, total in session.execute(wanted)
    )
