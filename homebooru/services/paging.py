"""Searches page by page, each page named by a post beside it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.views import page_rows, views_of
from homebooru.domain.paging import Cursor, Side
from homebooru.domain.posts import RelatedBy, SearchAnswer
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.searching import check_page, is_seen, related_tags


def search_beside(
    sessions: Sessions,
    text: str,
    scope: Scope,
    cursor: Cursor,
    *,
    limit: int = 40,
    related: RelatedBy = RelatedBy.FREQUENT,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> SearchAnswer:
    """Return the posts that come right before or after one, be that found or not.

    The first page of a search may be shorter for whoever comes to it backwards: no post is on two
    pages. Raises as `search` does, and NotFound where there is no post to begin at.
    """
    said = parse(text)
    check_page(limit, 0)
    now = now or datetime.now(UTC)
    with one_moment(sessions) as session:
        with finder.finding(session) as finding:
            query, asked = ask(session, said, scope, now, zone, finding=finding)
            if not is_seen(session, cursor.post_id, scope):
                raise NotFound(phrase("There is no post {post_id}.", post_id=cursor.post_id))
            found = finding.find(query, asked)
            count, spot = found.count(), found.spot(cursor.post_id)
            ids = found.beside(cursor.post_id, cursor.side, query.limit or limit)
            with page_rows(session, ids, scope, meanwhile=found.is_at_hand) as rows:
                tags = finding.tags_of(ids)
                beside = related_tags(finding, found, scope, related)
        backwards = cursor.side is Side.BEFORE
        return SearchAnswer(
            query=text,
            count=count,
            posts=views_of(rows, tags),
            related=beside,
            limit=query.limit or limit,
            offset=spot.before - len(ids) if backwards else count - spot.behind,
            nearest=query.nearest,
            undescribed=query.undescribed,
        )
