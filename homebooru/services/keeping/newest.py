"""The newest posts of a search, whatever its own order: what a feed tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.views import page_views
from homebooru.domain.posts import PostView
from homebooru.domain.query import parse
from homebooru.domain.query.orders import NEWEST_FIRST
from homebooru.domain.scope import Scope
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder


def newest_posts(
    sessions: Sessions, text: str, scope: Scope, *, limit: int, finder: Finder = PLAIN
) -> tuple[PostView, ...]:
    """Return the posts that came last of all that a search finds. Raises QuerySyntaxError."""
    query = parse(text)
    with one_moment(sessions) as session:
        with finder.finding(session) as finding:
            ready, asked = ask(session, query, scope, datetime.now(UTC), None, finding=finding)
            found = finding.find(replace(ready, order=NEWEST_FIRST, limit=None), asked)
            tags = finding.tags_of(found.page(0, limit))
        return page_views(session, tags, scope)
