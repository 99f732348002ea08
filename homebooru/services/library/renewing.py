"""Doing anew what was done before, for all posts: their tags, their thumbnails, everything."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from homebooru.db import queue
from homebooru.db.engine import Sessions
from homebooru.db.queries.deriving.orders import place_order
from homebooru.db.queue import Work
from homebooru.db.tables import LocationRow, PostRow, PreparationRow
from homebooru.services.library.roots import request_scan


def derive_all(sessions: Sessions) -> None:
    """Order the tags of all posts to be derived anew."""
    with sessions.begin() as session:
        place_order(session, None, "asked for by hand")


def prepare_all(sessions: Sessions) -> None:
    """Let all pictures that are here be looked at anew: their facts and their thumbnails.

    What is there stays until it is replaced.
    """
    here = sa.exists().where(LocationRow.post_id == PostRow.id, LocationRow.missing_since.is_(None))
    known = sa.select(PostRow.id).where(PostRow.sha256.is_not(None), here)
    with sessions.begin() as session:
        session.execute(
            insert(PreparationRow).from_select(["post_id"], known).on_conflict_do_nothing()
        )
        queue.wake(session, Work.FILES)


def reload_all(sessions: Sessions) -> None:
    """Look through all folders, what could not be read included, and derive all tags anew."""
    request_scan(sessions, again=True)
    derive_all(sessions)
