"""Keeps what people decide on posts, and its history; their word outranks every claim, for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from homebooru.db.queries import history, locks
from homebooru.db.queries.deriving import verdicts
from homebooru.domain.editing.words import Change, Hand, Thing, Word
from homebooru.services.tags.deriving import derive
from homebooru.services.trash.orders import follow


def hold(session: Session, post_ids: Iterable[int]) -> dict[int, dict[Thing, Word]]:
    """Lock posts against other writers; return all that people said of those that exist."""
    locks.share_vocabulary(session)
    posts = locks.lock_posts(session, post_ids)
    words = verdicts.read_words(session, posts)
    return {post: words.get(post, {}) for post in posts}


def carry_out(
    session: Session,
    changes: Mapping[int, Sequence[Change]],
    by: Hand,
    at: datetime,
    *,
    undoes: int | None = None,
) -> dict[int, int]:
    """Make changes of words on posts that are held, note them, and derive the posts.

    Where they are trash now, or no more, their files follow. This is the one way by which a person's word comes or goes.
    """
    real = {post: of_post for post, of_post in changes.items() if of_post}
    verdicts.write_words(session, real)
    noted = history.note(session, real, by, at, undoes=undoes)
    derive(session, real)
    follow(session, real)
    return noted
