"""Searches over a real database."""

from __future__ import annotations

from homebooru.domain.scope import EVERYTHING
from homebooru.services.searching import search
from tests.factories import make_post


def ids(sessions, text, scope=EVERYTHING, **more):
    return [post.id for post in search(sessions, text, scope, **more).posts]


def test_the_newest_post_comes_first(sessions):
    with sessions.begin() as session:
        first = make_post(session, tags="cat").id
        second = make_post(session, tags="cat dog").id

    assert ids(sessions, "") == [second, first]
    assert ids(sessions, "cat -dog") == [first]
