"""Lets Immich follow what people do here: what is thrown away or restored, and what is merged.

Each runs in the transaction of whoever asks for it; a job does it over there.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from homebooru.db.queries.immich import wishes
from homebooru.db.queue import Work, wake


def throw_away(session: Session, post_ids: Collection[int]) -> None:
    """Let assets of posts go into Immich's trash, where people allowed that."""
    if post_ids and wishes.throw_away(session, post_ids):
        wake(session, Work.WISHES)


def bring_back(session: Session, post_ids: Collection[int]) -> None:
    """Let assets of posts come back out of Immich's trash that we put there."""
    if post_ids and wishes.bring_back(session, post_ids):
        wake(session, Work.WISHES)


def carry_over(session: Session, from_post: int, to_post: int) -> None:
    """Let the assets of a post be in the albums of another's, and favourites where those are.

    For merges: nothing is taken from the other post, so that the merge can be undone.
    """
    if wishes.carry_over(session, from_post, to_post):
        wake(session, Work.WISHES)


def carry_back(session: Session, from_post: int, to_post: int) -> None:
    """Take back what `carry_over` let be; what people did over there themselves stays."""
    if wishes.carry_back(session, from_post, to_post):
        wake(session, Work.WISHES)
