"""Asking sources about one post again, because a person wants it."""

from __future__ import annotations

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, chain, kept, permitted, services
from homebooru.db.queue import Work, wake
from homebooru.domain.lookups.manners import Failure
from homebooru.domain.scope import Scope
from homebooru.errors import Conflict, NotFound
from homebooru.phrases import phrase
from homebooru.services.searching import is_seen
from homebooru.sites import TAGGERS


def ask_about(sessions: Sessions, post_id: int, scope: Scope, *, source: str | None = None) -> None:
    """Let one source be asked about a post, or all in their order; limits hold nevertheless.

    Raises NotFound where the scope hides the post, and Conflict where nobody may be asked.
    """
    with sessions.begin() as session:
        if not is_seen(session, post_id, scope):
            raise NotFound(phrase("There is no post {post_id}.", post_id=post_id))
        enabled = asked.enabled(session)
        if source not in {None, *enabled} or not enabled:
            raise Conflict(
                phrase("Nobody may be asked. An admin can enable sources on their page.")
                if source is None
                else phrase("{source} may not be asked.", source=source[:60])
            )
        elsewhere = set(enabled if source is None else [source]).difference(TAGGERS)
        if elsewhere and not permitted.is_permitted(session, post_id):
            raise Conflict(
                phrase(
                    "Others may not be asked about this picture. An admin can allow it on the page "
                    "of sources."
                )
            )
        if source is None:
            chain.begin_again(session, [post_id])
        else:
            kept.want_one(session, post_id, source)
        services.forgive(session, Failure.REFUSED)
        wake(session, Work.LOOKUPS)
