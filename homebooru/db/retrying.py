"""Transactions that are tried again when PostgreSQL broke a ring of waiting by ending them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, SerializationFailure
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions

T = TypeVar("T")
ATTEMPTS = 5


def in_transaction(sessions: Sessions, work: Callable[[Session], T]) -> T:
    """Return what `work` returns, in a transaction of its own.

    It may be done more than once, so it must do nothing but read and write the database.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            with sessions.begin() as session:
                return work(session)
        except OperationalError as error:
            if not isinstance(error.orig, DeadlockDetected | SerializationFailure):
                raise
    with sessions.begin() as session:
        return work(session)
