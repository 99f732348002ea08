"""Takes what lies below a removed folder away, some posts at a time.

The order is the state of the folder's row, and what is left to do are its present places: so it
goes on wherever it was interrupted, and ends where the folder is added again meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locations, posts
from homebooru.db.queries import roots as queries
from homebooru.db.retrying import in_transaction
from homebooru.services.library.settling import settle

BATCH = 1000


def take_away(sessions: Sessions, root_id: int) -> Iterator[int]:
    """Let all places below a removed root be missing; yields how many were, batch by batch."""
    while count := in_transaction(sessions, partial(take_some_away, root_id=root_id)):
        yield count


def take_some_away(session: Session, *, root_id: int) -> int:
    """Let the next places be missing; return how many there were."""
    posts.lock_intake(session)
    if not queries.is_removed(session, root_id):
        return 0
    gone = locations.next_present(session, root_id, limit=BATCH)
    settle(session, locations.mark_gone(session, gone))
    return len(gone)
