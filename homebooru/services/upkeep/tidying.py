"""Lets go of what is over, so that nothing grows for as long as a household lives with it.

What people did stays: their history can always be taken back.
"""

from __future__ import annotations

from datetime import timedelta

from homebooru.db.engine import Sessions
from homebooru.db.queries import accounts
from homebooru.db.queries.alike import asked
from homebooru.db.queries.upkeep import tidying

A_DAY, A_MONTH, A_YEAR = timedelta(days=1), timedelta(days=30), timedelta(days=365)


def tidy(sessions: Sessions) -> None:
    """Forget what nobody needs any more: each thing in a transaction of its own."""
    with sessions.begin() as session:
        accounts.drop_expired_sessions(session)
        accounts.drop_old_attempts(session, A_DAY)
    with sessions.begin() as session:
        asked.drop_old(session)
        tidying.forget_read_texts(session, A_MONTH)
    with sessions.begin() as session:
        tidying.forget_untaken_lists(session, A_MONTH)
        tidying.forget_half_imports(session, A_MONTH)
    with sessions.begin() as session:
        tidying.forget_pushes(session, A_YEAR)
