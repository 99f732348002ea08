"""What a page of the gallery shows, read at one moment: a search, and all that stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.paging import Cursor
from homebooru.domain.posts import PostView, RelatedBy, SearchAnswer
from homebooru.domain.scope import Scope
from homebooru.search.finding import PLAIN, Finder
from homebooru.services.keeping.beside import Beside, read_beside
from homebooru.services.library.news import News, read_news
from homebooru.services.searching import search_at, search_on_at


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search, what its visitor keeps of it, and what goes on in the library."""

    answer: SearchAnswer
    beside: Beside
    news: News


def browse(
    sessions: Sessions,
    text: str,
    scope: Scope,
    account_id: int,
    begin: Cursor | int,
    *,
    limit: int,
    related: RelatedBy = RelatedBy.FREQUENT,
    finder: Finder = PLAIN,
) -> Page:
    """Return a page of the gallery. Raises as `search` does."""
    with one_moment(sessions) as session:
        answer = search_at(session, text, scope, begin, limit=limit, related=related, finder=finder)
        shown = [post.id for post in answer.posts]
        beside = read_beside(session, account_id, text, shown)
        return Page(answer, beside, read_news(session, scope))


def browse_on(
    sessions: Sessions,
    text: str,
    scope: Scope,
    account_id: int,
    begin: Cursor | int,
    *,
    limit: int,
    finder: Finder = PLAIN,
) -> tuple[tuple[PostView, ...], Beside]:
    """Return the posts of one more page for whoever scrolls on. Raises as `search_on` does."""
    with one_moment(sessions) as session:
        posts = search_on_at(session, text, scope, begin, limit=limit, finder=finder)
        return posts, read_beside(session, account_id, text, [post.id for post in posts])
