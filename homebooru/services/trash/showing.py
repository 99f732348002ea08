"""Shows the trash, puts posts into it and back, and empties it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.trash import showing
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.domain.editing.history import Edited
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.trash import TrashView, is_aside
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict
from homebooru.phrases import phrase
from homebooru.services.editing.posts import edit_post
from homebooru.services.immich.answering import followed

REASONS = 5
LOOKED_AT = 50
THROW, RESTORE = "is:trashed", "-is:trashed"
IN_TRASH = "is:trashed -is:missing"
"""The search for what is in the trash: what was removed from it is trashed and missing."""


def show_trash(sessions: Sessions, scope: Scope) -> TrashView:
    """Return how the trash is, as far as somebody sees it."""
    with one_moment(sessions) as session:
        files, size = showing.count_in_trash(session, scope)
        return TrashView(
            posts=showing.count_posts(session, scope),
            files=files,
            size=size,
            waiting=showing.count_waiting(session, scope),
            reasons=tuple(showing.reasons_to_stay(session, scope, limit=REASONS)),
            aside=_aside(session, scope),
            there=followed(session, scope),
        )


def _aside(session: Session, scope: Scope) -> tuple[tuple[str, str], ...]:
    """Return which files came back under other names of late, to whoever may know of all files."""
    if not scope.sees_all:
        return ()
    told = showing.told_of_late(session, Work.TRASH.value, limit=LOOKED_AT)
    return tuple((what, reason) for what, reason in told if is_aside(reason))[:REASONS]


def throw_away(sessions: Sessions, post_id: int, scope: Scope, by: Hand) -> Edited:
    """Put a post into the trash. Raises NotFound where the editor sees no such post."""
    return edit_post(sessions, post_id, read_edit(THROW), scope, by)


def restore(sessions: Sessions, post_id: int, scope: Scope, by: Hand) -> Edited:
    """Take a post out of the trash. Raises NotFound where the editor sees no such post."""
    return edit_post(sessions, post_id, read_edit(RESTORE), scope, by)


def empty_trash(sessions: Sessions, files: int, scope: Scope) -> int:
    """Order that what lies in the trash be removed for good; return how many files that are.

    What is known of the posts stays. `files` is how many whoever confirmed it was told of; raises
    Conflict where there are more by now.
    """

    def order(session: Session) -> int:
        ordered = showing.order_removal(session, scope)
        if ordered > files:
            raise Conflict(
                phrase(
                    "There are {count:,} files in the trash by now, not {told:,}. Look again.",
                    count=ordered,
                    told=files,
                )
            )
        wake(session, Work.TRASH)
        return ordered

    return in_transaction(sessions, order)
