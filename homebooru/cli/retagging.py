"""Lets posts follow, here and now, what a command changed for all of them."""

from __future__ import annotations

from collections.abc import Callable

from homebooru.cli.bars import BarProgress
from homebooru.db.engine import Sessions
from homebooru.ports import Progress
from homebooru.services.tags import deriving
from homebooru.services.tags.counting import fold_counts


def apply_orders(sessions: Sessions) -> None:
    """Carry the orders out; a worker that is at it already does the rest."""
    with_bar(deriving.retag_due, sessions)
    fold_counts(sessions)


def with_bar(work: Callable[[Sessions, Progress], int], sessions: Sessions) -> int:
    """Return what some work on posts returns, showing how far it is."""
    bar = BarProgress("Posts")
    try:
        return work(sessions, bar)
    finally:
        bar.finish()
