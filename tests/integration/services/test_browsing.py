"""A page of the gallery comes with what stands beside it, at one moment and for one visitor."""

from __future__ import annotations

import sqlalchemy as sa

from homebooru.domain.paging import Cursor, Side
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import Scope
from homebooru.services.accounts.accounts import add_account
from homebooru.services.browsing import browse, browse_on
from homebooru.services.hiding import hide_tag
from homebooru.services.keeping.favourites import add_favourites
from homebooru.services.keeping.searches import save_search
from homebooru.services.library.news import library_news
from homebooru.services.searching import search, search_on
from tests.factories import make_post

OWNER = 1
SCOPE = Scope(account=OWNER)


def test_a_page_comes_with_what_its_visitor_keeps_of_it(sessions):
    with sessions.begin() as session:
        first, second, other = (make_post(session, tags=tags).id for tags in ("cat", "cat", "dog"))
    add_account(sessions, "bo", "a long password", is_admin=True)  # the owner gets a name
    somebody = add_account(sessions, "ada", "a long password", is_admin=False).id
    add_favourites(sessions, OWNER, [first, other], SCOPE)
    hide_tag(sessions, OWNER, "dog")
    saved = save_search(sessions, OWNER, "Cats", "cat", SCOPE)

    page = browse(sessions, "cat", SCOPE, OWNER, 0, limit=10)
    assert page.answer == search(sessions, "cat", SCOPE, limit=10)
    assert (page.beside.liked, page.beside.saved) == ({first}, saved)
    assert page.beside.hidden == {"dog"}
    assert page.news == library_news(sessions, SCOPE)
    assert browse(sessions, "dog", SCOPE, OWNER, 0, limit=10).beside.saved is None

    theirs = browse(sessions, "cat", Scope(account=somebody), somebody, 0, limit=10)
    assert theirs.answer.count == 2
    assert (theirs.beside.liked, theirs.beside.saved, theirs.beside.hidden) == (set(), None, set())

    behind = Cursor(Side.AFTER, second)
    posts, beside = browse_on(sessions, "cat", SCOPE, OWNER, behind, limit=10)
    assert posts == search_on(sessions, "cat", SCOPE, behind, limit=10)
    assert ([post.id for post in posts], beside.liked) == ([first], {first})


def test_a_page_is_one_transaction_of_few_statements(sessions, engine):
    with sessions.begin() as session:
        for number in range(30):
            make_post(session, tags=f"cat tag{number}", rating="g")
    said: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    begun: list[object] = []
    sa.event.listen(engine, "begin", begun.append)

    scope = Scope(account=OWNER, ceiling=Rating.GENERAL)
    assert browse(sessions, "cat", scope, OWNER, 0, limit=20).answer.count == 30
    assert (len(begun), len(said) < 20) == (1, True)
