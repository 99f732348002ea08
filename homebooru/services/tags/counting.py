"""Keeps the number of posts of each tag, without edits waiting for each other."""

from __future__ import annotations

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.deriving import counting

BATCH = 10_000


def fold_counts(sessions: Sessions) -> int:
    """Add the waiting deltas to their tags; return how many there were.

    Whoever comes while another does it leaves it to them.
    """
    folded = 0
    while True:
        with sessions.begin() as session:
            if not locks.try_counts(session):
                return folded
            count = counting.fold(session, limit=BATCH)
        folded += count
        if count < BATCH:
            return folded


def recount(sessions: Sessions) -> int:
    """Count all tags anew; return how many counts were wrong."""
    with sessions.begin() as session:
        locks.own_counts(session)
        return counting.correct(session)
