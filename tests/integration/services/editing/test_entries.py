"""The whole history page by page, batches as one entry, for whoever sees what was edited."""

from __future__ import annotations

import numpy as np
import pytest
import sqlalchemy as sa

from homebooru.db.queries import looks
from homebooru.db.tables import EditBatchRow, EditRow
from homebooru.domain.claims import About
from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.services.editing.batches import edit_posts
from homebooru.services.editing.history import find_tag, list_edits, list_entries
from homebooru.services.editing.posts import edit_post
from homebooru.services.editing.related import related_tags
from tests.factories import make_post

PROGRAM = Hand(account_id=1, via=Via.API)


@pytest.fixture
def posts(sessions):
    with sessions.begin() as session:
        made = [make_post(session, tags="cat").id for _ in range(3)]
        return [*made, make_post(session, tags="cat dog moon", rating=Rating.EXPLICIT).id]


@pytest.fixture
def edited(sessions, posts):
    for number, post in enumerate(posts):
        edit_post(
            sessions, post, Edit(add=frozenset({f"t{number}"})), EVERYTHING, PROGRAM, create=True
        )
        edit_posts(sessions, posts[number:], f"b{number} rating:s", EVERYTHING, Hand(), create=True)
    return posts


def walked(sessions, scope, wish, limit):
    """Return all entries, page by page."""
    found = list(list_entries(sessions, scope, wish, limit=limit))
    while page := list_entries(sessions, scope, wish, limit=limit, before=found[-1].spot):
        found += page
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
@pytest.mark.parametrize("at_one_moment", [False, True])
def test_page_by_page_it_is_the_same_history(sessions, edited, limit, at_one_moment):
    if at_one_moment:
        with sessions.begin() as session:
            for table in (EditRow, EditBatchRow):
                session.execute(sa.update(table).values(made_at=sa.func.now()))
    whole = list_entries(sessions, EVERYTHING, limit=200)
    assert walked(sessions, EVERYTHING, HistoryWish(), limit) == list(whole)
    assert [entry.batch is not None for entry in whole].count(True) == 4
    assert len(whole) == 8


def test_lines_are_found_by_what_they_changed_and_from_where(sessions, edited):
    def found(**wish):
        return len(walked(sessions, EVERYTHING, HistoryWish(**wish), 2))

    assert found(via=Via.API) == 4
    assert found(account_id=1) == 4
    assert found(about=About.RATING) == 4
    assert found(tag_id=find_tag(sessions, "b0")) == 4
    assert found(tag_id=find_tag(sessions, "b3")) == 1
    assert found(post_id=edited[1]) == 3
    assert list_edits(sessions, EVERYTHING, before=10**6) == ()
    assert find_tag(sessions, "no_such_tag") is None


def test_nobody_is_told_of_what_they_may_not_see(sessions, edited):
    tame = Scope(ceiling=Rating.GENERAL)
    assert list_entries(sessions, tame, limit=200) == ()
    last = edit_posts(sessions, edited[:1], "rating:g", EVERYTHING, Hand())
    [line, *others] = list_entries(sessions, tame, limit=200)
    assert line.batch is not None
    assert line.batch.id == last.id
    assert {entry.edit.post_id for entry in others if entry.edit} == {edited[0]}


def test_what_goes_with_the_tags_of_a_post_is_offered(sessions, edited):
    related = related_tags(sessions, edited[0], EVERYTHING, 1)
    company = [tag.name for tag in related.company]
    assert company[:2] == ["b1", "b2"]
    assert {"dog", "moon"} <= set(company)
    assert [tag.name for tag in related.recent] == ["t3", "t2", "t1"]
    assert related.alike == ()
    with sessions.begin() as session:
        more = [make_post(session, tags=tags).id for tags in ("hill lake", "hill reed", "far")]
        seen = zip((edited[0], *more), ((1, 0), (1, 0.1), (1, 0.2), (0, 1)), strict=True)
        axes = {post: [*axis, *[0] * 126] for post, axis in seen}
        kept = {post: np.array(axis, np.float16).tobytes() for post, axis in axes.items()}
        looks.keep_looks(session, kept)
    related = related_tags(sessions, edited[0], EVERYTHING, 1)
    assert [tag.name for tag in related.alike] == ["hill"]
