"""Pages named by a post: at it, after it, before it, in any order and within a scope."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from homebooru.domain.paging import Cursor, Side
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import NotFound
from homebooru.services.searching import search, search_on
from tests.factories import make_post

COUNT = 11
LIMIT = 4
ORDERS = ["", "order:id", "order:score", "order:random:tea", "order:filesize_asc", "order:md5"]


@pytest.fixture
def library(sessions):
    """Posts 1 to 11 with cats; every fourth has no score, and equals abound."""
    with sessions.begin() as session:
        for number in range(1, COUNT + 1):
            make_post(session, tags="cat", rating="g", size=number % 3, score=(number % 4) or None)
    return sessions


def page(sessions, text, side, post_id, scope=EVERYTHING):
    answer = search(sessions, text, scope, limit=LIMIT, cursor=Cursor(side, post_id))
    return answer.offset, [post.id for post in answer.posts]


def next_page(sessions, text, side, post_id, scope=EVERYTHING):
    posts = search_on(sessions, text, scope, Cursor(side, post_id), limit=LIMIT)
    return [post.id for post in posts]


@pytest.mark.parametrize("order", ORDERS)
def test_pages_beside_each_post_are_cut_from_one_line(library, order):
    text = f"cat {order}".strip()
    line = [post.id for post in search(library, text, EVERYTHING, limit=COUNT).posts]
    assert sorted(line) == list(range(1, COUNT + 1))
    for index, post_id in enumerate(line):
        start, first = index // LIMIT * LIMIT, max(0, index - LIMIT)
        after, before = line[index + 1 : index + 1 + LIMIT], line[first:index]
        assert page(library, text, Side.AT, post_id) == (start, line[start : start + LIMIT])
        assert page(library, text, Side.AFTER, post_id) == (index + 1, after)
        assert page(library, text, Side.BEFORE, post_id) == (first, line[first : first + LIMIT])
        assert next_page(library, text, Side.AFTER, post_id) == after
        assert next_page(library, text, Side.BEFORE, post_id) == before
        on = search_on(library, text, EVERYTHING, start, limit=LIMIT)
        assert [post.id for post in on] == line[start : start + LIMIT]


def test_a_post_that_is_not_found_any_more_still_tells_the_place(library):
    with library.begin() as session:
        make_post(session, tags="cat", rating="g", trashed_at=datetime.now(UTC))
        make_post(session, tags="dog", rating="g")
        make_post(session, tags="cat", rating="g")
    assert next_page(library, "cat", Side.AFTER, 12) == [11, 10, 9, 8]
    assert next_page(library, "cat", Side.BEFORE, 13) == [14]
    assert page(library, "cat", Side.AT, 13) == (0, [14, 11, 10, 9])
    assert page(library, "cat order:id", Side.AT, 13) == (8, [9, 10, 11, 14])


def test_a_post_out_of_sight_tells_nothing(library):
    with library.begin() as session:
        make_post(session, tags="cat", rating="e", size=1)
    tame = Scope(ceiling=Rating.SENSITIVE)
    for hidden in (12, 99, 0, 2**40):
        for text in ("cat", "cat order:filesize"):
            assert page(library, text, Side.AT, hidden, tame)[0] == 0
            with pytest.raises(NotFound):
                next_page(library, text, Side.AFTER, hidden, tame)


def test_the_limit_of_the_search_itself_holds_on_every_page(library):
    assert next_page(library, "cat limit:2", Side.AFTER, 9) == [8, 7]
    assert page(library, "cat limit:2", Side.AT, 6) == (4, [7, 6])
