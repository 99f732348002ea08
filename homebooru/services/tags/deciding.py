"""Keeps what people decide on posts; their word outranks every claim, for ever."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from homebooru.db.queries import locks, tags
from homebooru.db.queries.deriving import verdicts
from homebooru.db.queries.deriving.rows import existing_posts
from homebooru.domain.claims import About
from homebooru.domain.derived import OWN
from homebooru.domain.ratings import Rating
from homebooru.domain.tags import tag_name
from homebooru.errors import InvalidInput, NotFound
from homebooru.services.tags.deriving import derive


def decide(
    session: Session,
    post_id: int,
    said: Mapping[str, bool | None],
    *,
    account_id: int | None,
    reason: str | None = None,
) -> None:
    """Keep a person's word on tags of a post, as they say them; None takes a word back.

    Raises InvalidTagName, and NotFound where there is no such post.
    """
    names = {tag_name(text): yes for text, yes in said.items()}
    locks.share_vocabulary(session)
    _lock(session, post_id)
    wanted = {name: None for name, yes in names.items() if yes is not None}
    ids = tags.find_tags(session, names) | tags.make_tags(session, wanted)
    for name, yes in names.items():
        if yes is not None:
            verdicts.keep_verdict(
                session, post_id, ids[name], yes=yes, account_id=account_id, reason=reason
            )
        elif name in ids:
            verdicts.remove_verdict(session, post_id, ids[name])
    derive(session, [post_id])


def decide_rating(
    session: Session, post_id: int, rating: Rating | None, *, account_id: int | None
) -> None:
    """Keep a person's word on a post's rating; None says that it has none."""
    _decide(session, post_id, About.RATING, rating, account_id)


def decide_parent(
    session: Session, post_id: int, parent_id: int | None, *, account_id: int | None
) -> None:
    """Keep a person's word on a post's parent; None says that it has none."""
    if parent_id == post_id:
        raise InvalidInput(f"Post {post_id} cannot be its own parent.")
    if parent_id is not None and not existing_posts(session, [parent_id]):
        raise NotFound(f"There is no post {parent_id}.")
    value = None if parent_id is None else f"{OWN}{parent_id}"
    _decide(session, post_id, About.PARENT, value, account_id)


def decide_sources(
    session: Session, post_id: int, sources: tuple[str, ...], *, account_id: int | None
) -> None:
    """Keep a person's word on where a post comes from."""
    if any(source != source.strip() or len(source.splitlines()) != 1 for source in sources):
        raise InvalidInput("A source is one line, with no space before or after it.")
    _decide(session, post_id, About.SOURCE, "\n".join(sources) or None, account_id)


def take_back(session: Session, post_id: int, about: About) -> None:
    """Remove a person's word on a post, so that the claims speak again."""
    locks.share_vocabulary(session)
    _lock(session, post_id)
    verdicts.remove_post_verdict(session, post_id, about)
    derive(session, [post_id])


def _decide(
    session: Session, post_id: int, about: About, value: str | None, account_id: int | None
) -> None:
    locks.share_vocabulary(session)
    _lock(session, post_id)
    verdicts.keep_post_verdict(session, post_id, about, value, account_id)
    derive(session, [post_id])


def _lock(session: Session, post_id: int) -> None:
    if not locks.lock_posts(session, [post_id]):
        raise NotFound(f"There is no post {post_id}.")
