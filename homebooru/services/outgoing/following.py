"""Lets sidecars follow what is said and decided of posts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing.orders import order_for_posts
from homebooru.db.queue import Work, wake


def follow(session: Session, post_ids: Collection[int]) -> None:
    """Order the sidecars of posts, where they are allowed, with the edit that they follow."""
    if post_ids and order_for_posts(session, post_ids):
        wake(session, Work.SIDECARS)
