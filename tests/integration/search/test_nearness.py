"""`similar:` in searches: the nearest of what the rest finds, all of them, however they are found."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from homebooru.db.queries import looks
from homebooru.db.queries.alike import nearest
from homebooru.db.queries.alike.places import Places
from homebooru.db.tables import LookOrderRow, LookRow
from homebooru.domain.paging import Cursor, Side
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import QuerySyntaxError
from homebooru.search.finding import PLAIN
from homebooru.search.index.live import LiveIndex
from homebooru.services.keeping.searches import count_searches, save_search
from homebooru.services.searching import search, search_on
from tests.factories import make_post, make_posts

POSTS = 150
MODEST = Scope(ceiling=Rating.GENERAL, account=1)


@pytest.fixture
def crowd(sessions):
    """Posts in a few clusters of looks, some of each kind; the last one is not described."""
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(6, 128))
    vectors = centres[chance.integers(0, 6, POSTS)] + chance.normal(0, 0.6, (POSTS, 128))
    halves = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    with sessions.begin() as session:
        wanted = (
            {
                "tags": [tag for tag, share in TAGS.items() if number % share == 0],
                "rating": "g" if number % 2 else "e",
            }
            for number in range(POSTS)
        )
        posts = [post.id for post in make_posts(session, wanted)]
        kept = {post: half.tobytes() for post, half in zip(posts, halves, strict=True)}
        looks.keep_looks(session, kept)
        make_post(session, tags="cat rare", rating="g")
    return dict(zip(posts, halves.astype(np.float64), strict=True))


TAGS = {"cat": 2, "third": 3, "rare": 40}


def obvious(crowd, asked, among):
    """Compare with each, one by one."""

    def distance(other):
        there = crowd[other]
        return min(
            1 - crowd[one] @ there / np.linalg.norm(crowd[one]) / np.linalg.norm(there)
            for one in asked
        )

    return sorted(set(among) - set(asked), key=distance)


@pytest.fixture(params=["plain", "index"])
def finder(request, sessions, crowd):
    if request.param == "plain":
        yield PLAIN
        return
    with closing(LiveIndex(sessions, "test")) as index:
        index.load()
        yield index


def found(sessions, text, finder, scope=EVERYTHING, **page):
    return [post.id for post in search(sessions, text, scope, finder=finder, **page).posts]


@pytest.mark.parametrize("few", [10_000, 0])
def test_all_that_the_rest_finds_is_there_nearest_first(sessions, crowd, finder, monkeypatch, few):
    """With few compared one by one, or none where the index of the vectors is followed."""
    monkeypatch.setattr(nearest, "FEW", few)
    monkeypatch.setattr(nearest, "WORTH", 0)
    posts = list(crowd)
    cats = posts[::2]
    assert found(sessions, "similar:1 cat", finder, limit=200) == obvious(crowd, [1], cats)
    assert found(sessions, "similar:1,4 cat", finder, limit=200) == obvious(crowd, [1, 4], cats)
    assert found(sessions, "similar:2 rare", finder) == obvious(crowd, [2], posts[::40])
    assert found(sessions, "similar:2 -cat", finder, MODEST, limit=200) == obvious(
        crowd, [2], posts[1::2]
    )
    assert found(sessions, "similar:2 cat order:id", finder, limit=200) == cats


def test_those_that_are_left_out_are_told_and_pages_follow_each_other(
    sessions, crowd, finder, monkeypatch
):
    monkeypatch.setattr("homebooru.search.nearness.MOST", 30)
    cats = obvious(crowd, [2], list(crowd)[::2])
    answer = search(sessions, "similar:2 cat", EVERYTHING, finder=finder, limit=20)
    assert (answer.count, answer.nearest) == (30, 30)
    assert [post.id for post in answer.posts] == cats[:20]
    behind = Cursor(Side.AFTER, cats[19])
    more = search_on(sessions, "similar:2 cat", EVERYTHING, behind, finder=finder, limit=20)
    assert [post.id for post in more] == cats[20:30]
    assert search(sessions, "similar:2 third rare", EVERYTHING, finder=finder).nearest is None


def test_those_that_nobody_described_yet_are_counted_as_far_as_the_rest_would_find_them(
    sessions, crowd, finder
):
    def left(text, scope=EVERYTHING):
        return search(sessions, text, scope, finder=finder).undescribed

    assert left("similar:2 cat") == 0
    with sessions.begin() as session:
        new = [
            make_post(session, tags="cat", rating="e", state="pending").id,
            make_post(session, tags="cat third", rating="g").id,
            make_post(session, tags="third", rating="g", state="unreadable").id,
        ]
        session.add_all(LookOrderRow(post_id=post) for post in (1, 3, new[1]))
    assert left("similar:2 cat") == 2
    assert left("similar:2 cat", MODEST) == 1
    assert found(sessions, "similar:2 cat rating:g", finder) == []
    assert left("similar:2,4 third") == 1
    assert left("similar:2 or rare") == 2
    assert left("cat") == 0


def test_who_follows_the_index_in_vain_compares_with_each(sessions, crowd, finder, monkeypatch):
    monkeypatch.setattr(nearest, "FEW", 0)
    monkeypatch.setattr(nearest, "WORTH", 0)
    monkeypatch.setattr(nearest, "FARTHEST", 3)
    monkeypatch.setattr("homebooru.search.nearness.MOST", 5)
    monkeypatch.setattr(nearest, "SPARE", 0.2)
    wanted = obvious(crowd, [1], list(crowd)[::3])[:5]
    assert found(sessions, "similar:1 third", finder) == wanted


def test_rows_are_found_where_they_lie_and_by_their_ids_where_they_moved(
    sessions, crowd, monkeypatch
):
    places = Places()
    monkeypatch.setattr(nearest, "PLACES", places)
    monkeypatch.setattr(nearest, "MANY", 0)
    asked_by_ids = []
    by_ids = nearest._compared_by_ids

    def spy(session, vectors, direction, post_ids, limit):
        asked_by_ids.append(len(post_ids))
        return by_ids(session, vectors, direction, post_ids, limit)

    def compared():
        with sessions() as session:
            vectors = LookRow.__table__
            near = nearest.compared(session, vectors, crowd[asked].tolist(), [*cats, 9999], 70)
        return [post for post, _ in near]

    monkeypatch.setattr(nearest, "_compared_by_ids", spy)
    asked, cats = next(iter(crowd)), list(crowd)[::2]
    wanted = [asked, *obvious(crowd, [asked], cats)][:70]
    assert compared() == wanted
    places.read_wanted(sessions)
    assert compared() == wanted

    crowd[cats[3]], crowd[cats[9]] = crowd[cats[9]], crowd[cats[3]]
    with sessions.begin() as session:
        moved = {post: crowd[post].astype(np.float16).tobytes() for post in (cats[3], cats[9])}
        looks.keep_looks(session, moved)
    assert compared() == [asked, *obvious(crowd, [asked], cats)][:70]
    assert asked_by_ids == [len(cats) + 1, 1, len(cats) + 1]


@pytest.mark.parametrize(
    ("text", "scope", "part", "said"),
    [
        ("cat similar:9999", EVERYTHING, "9999", "There is no post 9999."),
        ("similar:2,9999 cat", EVERYTHING, "9999", "There is no post 9999."),
        ("-(similar:1)", MODEST, "1", "There is no post 1."),
        (f"similar:{POSTS + 1}", EVERYTHING, f"{POSTS + 1}", "is not known yet"),
        ("cat near:snow", EVERYTHING, "snow", "near: needs a model that reads words"),
    ],
)
def test_what_nobody_described_is_told_where_it_stands(  # noqa: PLR0917
    sessions, crowd, finder, text, scope, part, said
):
    with pytest.raises(QuerySyntaxError, match=said) as caught:
        search(sessions, text, scope, finder=finder)
    assert text[caught.value.position :].startswith(part)


def test_a_saved_search_for_a_post_that_is_gone_says_so(sessions, crowd, finder):
    saved = save_search(sessions, 1, "Like it", "similar:3 cat", Scope(account=1))
    (counted,) = count_searches(sessions, [saved], Scope(account=1), finder=finder)
    assert counted.count == POSTS // 2 - 1
    (hidden,) = count_searches(sessions, [saved], MODEST, finder=finder)
    assert "There is no post 3." in (hidden.mistake or "")
