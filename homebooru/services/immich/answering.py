"""Tells how far Immich followed what was thrown away and merged, and takes what people say to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import wishes
from homebooru.db.queries.immich.wishes import Ends
from homebooru.db.queue import Work, wake
from homebooru.domain.editing.words import Hand
from homebooru.domain.immich.wishes import OPEN, TRASH, Followed, WishState
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.services.editing.batches import edit_posts

REASONS = 5
RESTORE = "-is:trashed"


def followed(session: Session, scope: Scope) -> Followed:
    """Return how far Immich followed, as far as somebody sees it."""
    return _told(one for ends in wishes.counts(session, scope).values() for one in ends)


def followed_by_user(sessions: Sessions) -> dict[UUID, Followed]:
    """Return how far Immich followed, by the user whose assets they are."""
    with sessions() as session:
        return {owner: _told(ends) for owner, ends in wishes.counts(session, EVERYTHING).items()}


def _told(ends: Iterable[Ends]) -> Followed:
    by, failed = Counter[str](), Counter[str]()
    for one in ends:
        if one.state in OPEN:
            by["waiting"] += one.count
        elif one.state == WishState.FAILED:
            failed[one.reason or ""] += one.count
        elif one.thing != TRASH:
            by["carried"] += one.count * (one.wanted and one.state == WishState.VERIFIED)
        elif one.state == WishState.VERIFIED:
            by["inside"] += one.count * one.wanted
        else:
            by[one.state] += one.count
    return Followed(**by, failed=tuple(failed.most_common(REASONS)))


def try_again(sessions: Sessions, owner_id: UUID) -> None:
    """Try again what failed."""
    with sessions.begin() as session:
        if wishes.try_again(session, owner_id):
            wake(session, Work.WISHES)


def restore_too(sessions: Sessions, owner_id: UUID, scope: Scope, by: Hand) -> None:
    """Restore the posts here whose assets people took out of the trash there."""
    with sessions() as session:
        posts = wishes.undone_posts(session, owner_id, scope)
    edit_posts(sessions, posts, RESTORE, scope, by)


def put_back(sessions: Sessions, owner_id: UUID) -> None:
    """Let what people took out of the trash there go into it again."""
    with sessions.begin() as session:
        wishes.settle_undone(session, owner_id, again=True)
        wake(session, Work.WISHES)


def leave_there(sessions: Sessions, owner_id: UUID) -> None:
    """Let it be so: trash here, and not there."""
    with sessions.begin() as session:
        wishes.settle_undone(session, owner_id, again=False)
