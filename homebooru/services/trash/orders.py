"""Lets files follow when people say that a post is trash, or take that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from homebooru.db.queries.trash import orders
from homebooru.db.queue import Work, wake
from homebooru.domain.claims import HIDDEN, About
from homebooru.domain.editing.words import Change
from homebooru.services.immich import wishing


def follow(session: Session, changes: Mapping[int, Sequence[Change]]) -> None:
    """Order that files, and assets at Immich, follow as posts came into the trash or left it.

    Those of a post that is only hidden stay where they are, or go back there.
    """
    now = {
        post: change.after is not None and change.after.value not in (None, False, HIDDEN)
        for post, of_post in changes.items()
        for change in of_post
        if change.about is About.TRASH
    }
    if not now:
        return
    trashed = [post for post, is_trashed in now.items() if is_trashed]
    ordered = orders.order_in(session, trashed) if trashed else 0
    back = [post for post, is_trashed in now.items() if not is_trashed]
    ordered += orders.order_back(session, back) if back else 0
    if ordered:
        wake(session, Work.TRASH)
    wishing.throw_away(session, trashed)
    wishing.bring_back(session, back)
