"""Runs a transaction again that was no match for the moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions

T = TypeVar("T")
WAITS = (0.1, 0.5, 1, 2, 4, 8, 8)  # seconds; longer than a database takes to come back


def retried(sessions: Sessions, act: Callable[[Session], T]) -> T:
    """Run `act` in a transaction; after a deadlock or a lost connection, run it again.

    Where the answer to a commit was lost it runs twice, so it must not mind.
    """
    for wait in WAITS:
        try:
            with sessions.begin() as session:
                return act(session)
        except OperationalError:
            time.sleep(wait)
    with sessions.begin() as session:
        return act(session)
