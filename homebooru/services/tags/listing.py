"""Lists tags, with the posts that somebody may see."""

from __future__ import annotations

from homebooru.db.engine import Sessions
from homebooru.db.queries import counts
from homebooru.domain.posts import TagView
from homebooru.domain.scope import Scope


def list_tags(
    sessions: Sessions, prefix: str, scope: Scope, *, limit: int = 50, quick: bool = False
) -> tuple[TagView, ...]:
    """Return the tags that begin with `prefix`, as one types it, the most frequent first."""
    spelled = "_".join(prefix.lower().split())
    with sessions() as session:
        return counts.list_tags(session, spelled, scope, limit=limit, quick=quick)
