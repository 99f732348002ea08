"""Lets other programs follow what is said and decided of posts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing import pushes
from homebooru.db.queries.outgoing.orders import Key, order_for_posts, posts_at
from homebooru.db.queue import Work, wake_to_follow


def follow(session: Session, post_ids: Collection[int]) -> None:
    """Order sidecars and pushes of posts, where they are allowed, with the edit that they follow."""
    if post_ids and order_for_posts(session, post_ids):
        wake_to_follow(session, Work.SIDECARS)
    if post_ids and pushes.order_for_posts(session, post_ids):
        wake_to_follow(session, Work.PUSHES)


def follow_sidecars(session: Session, written: Collection[Key]) -> None:
    """Order pushes of what was just written beside pictures: Immich is to read it again."""
    if written and pushes.hasten(session, posts_at(session, written).values()):
        wake_to_follow(session, Work.PUSHES)
