"""Each figure is what its search finds, for whoever looks, by the tables and by the index."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.tables import FavouriteRow, PostRow, TagRow
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.domain.tags import Category
from homebooru.search.finding import PLAIN
from homebooru.search.index.live import LiveIndex
from homebooru.services.searching import search
from homebooru.services.statistics.figures import figures
from tests.factories import edit_post, make_post, make_root

BEGIN = datetime(2024, 1, 15, 12, tzinfo=UTC)
SOME = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def library(sessions):
    """Posts of half a year; some explicit, some known by a booru, one trashed, one missing."""
    with sessions.begin() as session:
        for number in range(12):
            make_post(
                session,
                tags=f"cat artist:hand{number % 3} secret{number}" if number else "",
                rating=Rating.EXPLICIT if number % 4 == 1 else Rating.GENERAL,
                source=("danbooru", "text", "gallery-dl")[number % 3],
                created_at=BEGIN + timedelta(days=15 * number),
                trashed_at=BEGIN if number == 9 else None,
                missing_since=BEGIN if number == 10 else None,
            )
    return sessions


@pytest.fixture(params=["tables", "index"])
def finder(library, request):
    if request.param == "tables":
        yield PLAIN
        return
    with closing(LiveIndex(library, "test")) as index:
        yield index


@pytest.mark.parametrize("scope", [EVERYTHING, SOME], ids=["all", "some"])
def test_figures_are_what_their_searches_find(library, finder, scope):
    def count(query):
        return search(library, query, scope, zone=UTC).count

    found = figures(library, scope, seed=1, finder=finder, zone=UTC)
    told = [
        *found.overview.values(),
        found.models,
        *found.ratings.values(),
        *found.sources.values(),
        *found.categories.values(),
        *(period.added for period in found.periods),
    ]
    assert {one.query: one.count for one in told} == {one.query: count(one.query) for one in told}
    assert [period.total for period in found.periods][-1] == found.overview["posts"].count
    for name, figure in found.sources.items():
        assert found.periods[-1].known[name] == figure.count
    posts = search(library, "", scope, limit=50).posts
    tags = {(tag.name, tag.category) for post in posts for tag in post.tags}
    assert sum(found.tags.values()) == len(tags)
    assert found.tags[Category.ARTIST] == 3
    assert {(tag.name, tag.category) for tag in found.drawn} == tags
    assert all(tag.count == count(tag.name) for tag in (*found.drawn, *found.top))
    assert found.weight == sum(post.size for post in posts)


def test_they_are_right_after_an_edit_and_each_seed_draws_its_own(library, finder):
    before = figures(library, EVERYTHING, seed=1, finder=finder, zone=UTC)
    with library.begin() as session:
        edit_post(session, 1, "dog")
    after = figures(library, EVERYTHING, seed=1, finder=finder, zone=UTC)
    assert after.overview["untagged"].count == before.overview["untagged"].count - 1
    assert after.sources["person"].count == 1
    assert after.tag_count == before.tag_count + 1
    again, other = (figures(library, EVERYTHING, seed=seed, finder=finder).drawn for seed in (1, 2))
    assert again == after.drawn != other


def test_they_are_kept_while_nothing_changes_and_no_longer(library):
    me = replace(EVERYTHING, account=1)
    changes = (
        lambda session: session.add(FavouriteRow(account_id=1, post_id=3)),
        lambda session: edit_post(session, 1, "dog"),
        lambda session: session.execute(sa.update(TagRow).values(category=4)),
        lambda session: session.delete(session.get_one(PostRow, 2)),
    )
    with closing(LiveIndex(library, "test")) as index:
        index.load()

        def told(finder=index):
            found = figures(library, me, seed=1, finder=finder, zone=UTC)
            return replace(found, drawn=())  # these are drawn each time

        before = told()
        assert told().overview is before.overview
        for change in changes:
            with library.begin() as session:
                change(session)
            after = told()
            assert after == told(PLAIN) != before
            before = after


def test_a_young_library_is_told_by_days_and_an_empty_one_by_nothing(sessions, library):
    nobody = Scope(roots=frozenset())
    assert figures(library, nobody, seed=1, zone=UTC).periods == ()
    with sessions.begin() as session:
        for number in range(3):
            make_post(session, root="/new", created_at=BEGIN + timedelta(days=number))
        root = make_root(session, "/new").id
    found = figures(library, Scope(roots=frozenset({root})), seed=1, zone=UTC)
    assert [(period.begin, period.added.count) for period in found.periods] == [
        ((BEGIN + timedelta(days=number)).date(), 1) for number in range(3)
    ]
