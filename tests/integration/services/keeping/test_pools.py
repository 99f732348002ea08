from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homebooru.domain.query.tree import PoolKind
from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.services.keeping import pool_order
from homebooru.services.keeping.pool_views import get_pool, list_pools
from homebooru.services.keeping.pools import (
    add_pool,
    change_pool,
    put_posts,
    put_posts_back,
    remove_pool,
    take_posts,
)
from homebooru.services.searching import search
from tests.factories import make_post

GENERAL = Scope(ceiling=Rating.GENERAL)


@pytest.fixture
def posts(sessions):
    """Six posts; the third and the sixth are explicit."""
    with sessions.begin() as session:
        return [make_post(session, rating=rating).id for rating in "ggegge"]


def names(sessions, scope=EVERYTHING, **wanted):
    return [pool.name for pool in list_pools(sessions, scope, **wanted)]


def test_a_pool_keeps_the_order_that_it_is_given_and_search_follows(sessions, posts):
    one, two, three, four, *_ = posts
    pool = add_pool(sessions, " My  Trip ", EVERYTHING, kind="series", posts=[three, one, three])
    assert (pool.name, pool.kind, pool.posts) == ("my_trip", PoolKind.SERIES, (three, one))
    assert put_posts(sessions, pool.id, [four, one, 99], EVERYTHING).posts == (three, one, four)
    moved = put_posts(sessions, pool.id, [four, two], EVERYTHING, before=one)
    assert moved.posts == (three, four, two, one)
    moved = put_posts(sessions, pool.id, [three, one], EVERYTHING, after=one)
    assert moved.posts == (four, two, one, three)
    assert take_posts(sessions, pool.id, [two, 99], EVERYTHING).posts == (four, one, three)
    found = search(sessions, "ordpool:my_trip", EVERYTHING)
    assert [post.id for post in found.posts] == [four, one, three]
    assert get_pool(sessions, pool.id, EVERYTHING).updated_at > pool.updated_at


def test_who_does_not_see_a_post_learns_nothing_of_it_and_moves_around_it(sessions, posts):
    one, two, hidden, four, *_ = posts
    pool = add_pool(sessions, "trip", EVERYTHING, posts=[one, hidden, two]).id
    seen = get_pool(sessions, pool, GENERAL)
    assert (seen.posts, seen.count) == ((one, two), 2)
    assert list_pools(sessions, GENERAL)[0].count == 2
    put_posts(sessions, pool, [four, hidden], GENERAL, before=two)
    assert get_pool(sessions, pool, EVERYTHING).posts == (one, hidden, four, two)
    take_posts(sessions, pool, [hidden, one], GENERAL)
    assert get_pool(sessions, pool, EVERYTHING).posts == (hidden, four, two)
    put_posts_back(sessions, pool, [one], [one, four, two], GENERAL)
    assert get_pool(sessions, pool, EVERYTHING).posts == (one, hidden, four, two)
    take_posts(sessions, pool, [one], GENERAL)
    for place in (hidden, 99):
        with pytest.raises(NotFound, match=f"Post {place} is not in pool {pool}"):
            put_posts(sessions, pool, [one], GENERAL, after=place)


def test_a_pool_of_hidden_posts_is_not_there_and_an_empty_one_is(sessions, posts):
    dark = add_pool(sessions, "dark", EVERYTHING, posts=[posts[2]]).id
    add_pool(sessions, "empty", GENERAL)
    assert names(sessions) == ["dark", "empty"]
    assert names(sessions, GENERAL) == ["empty"]
    for deed in (
        lambda: get_pool(sessions, dark, GENERAL),
        lambda: change_pool(sessions, dark, GENERAL, name="x"),
        lambda: put_posts(sessions, dark, [posts[0]], GENERAL),
        lambda: take_posts(sessions, dark, [posts[2]], GENERAL),
        lambda: remove_pool(sessions, dark, "dark", GENERAL),
    ):
        with pytest.raises(NotFound):
            deed()


def test_removing_a_pool_takes_its_name_and_leaves_what_is_hidden(sessions, posts):
    one, two, hidden, *_ = posts
    pool = add_pool(sessions, "trip", EVERYTHING, posts=[one, hidden]).id
    with pytest.raises(Conflict, match="named trip"):
        remove_pool(sessions, pool, "other", EVERYTHING)
    assert remove_pool(sessions, pool, "Trip", GENERAL).posts == (one,)
    assert names(sessions, GENERAL) == []
    assert get_pool(sessions, pool, EVERYTHING).posts == (hidden,)
    assert remove_pool(sessions, pool, "trip", EVERYTHING).posts == (hidden,)
    with pytest.raises(NotFound):
        get_pool(sessions, pool, EVERYTHING)
    assert add_pool(sessions, "trip", EVERYTHING, posts=[two]).posts == (two,)


def test_pools_are_found_by_name_kind_and_number(sessions, posts):
    ids = [add_pool(sessions, name, EVERYTHING, posts=posts[:1]).id for name in ("b", "a_b", "c%")]
    add_pool(sessions, "serial", EVERYTHING, kind="series")
    assert names(sessions) == ["a_b", "b", "c%", "serial"]
    assert names(sessions, pattern="*B") == ["a_b", "b"]
    assert names(sessions, pattern="c%") == ["c%"]
    assert names(sessions, kind=PoolKind.SERIES) == ["serial"]
    assert names(sessions, ids=[ids[0], -1, 2**40]) == ["b"]
    assert names(sessions, limit=2, offset=1) == ["b", "c%"]
    with pytest.raises(InvalidInput):
        list_pools(sessions, EVERYTHING, limit=0)


def test_what_makes_no_pool_is_refused(sessions, posts, monkeypatch):
    add_pool(sessions, "trip", EVERYTHING)
    other = add_pool(sessions, "other", EVERYTHING).id
    for name in ("", "12", "a*", "-a", "x" * 300):
        with pytest.raises(InvalidInput):
            add_pool(sessions, name, EVERYTHING)
    with pytest.raises(InvalidInput):
        add_pool(sessions, "x", EVERYTHING, kind="heap")
    with pytest.raises(InvalidInput):
        change_pool(sessions, other, EVERYTHING, description="x" * 10_001)
    with pytest.raises(InvalidInput):
        put_posts(sessions, other, posts, EVERYTHING, before=1, after=1)
    for deed in (
        lambda: add_pool(sessions, "TRIP", EVERYTHING),
        lambda: change_pool(sessions, other, EVERYTHING, name="Trip"),
    ):
        with pytest.raises(Conflict):
            deed()
    monkeypatch.setattr(pool_order, "MOST", 2)
    put_posts(sessions, other, posts[:2], EVERYTHING)
    with pytest.raises(InvalidInput, match="at most 2 posts"):
        put_posts(sessions, other, posts[2:3], EVERYTHING)
    assert get_pool(sessions, other, EVERYTHING).posts == tuple(posts[:2])


def test_two_who_add_at_once_both_stay(sessions, posts):
    pool = add_pool(sessions, "trip", EVERYTHING, posts=posts[:1]).id
    deeds = [({}, [n]) for n in posts[1:]] + [({"before": posts[0]}, [n]) for n in posts[3:]]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda d: put_posts(sessions, pool, d[1], EVERYTHING, **d[0]), deeds))
    final = get_pool(sessions, pool, EVERYTHING).posts
    assert sorted(final) == posts
    assert set(final[: final.index(posts[0])]) >= set(posts[3:])


def test_any_edits_do_to_a_pool_what_they_do_to_a_list(sessions, posts):
    numbers = st.lists(st.sampled_from([*posts, 99]), max_size=4, unique=True)
    never = add_pool(sessions, "never", EVERYTHING, posts=posts[:2]).id
    assert put_posts_back(sessions, never, [posts[3], 99], [], EVERYTHING).posts == (
        *posts[:2],
        posts[3],
    )
    deeds = st.tuples(
        st.sampled_from(["end", "before", "after", "take"]), numbers, st.sampled_from(posts)
    )
    made = iter(range(1000))

    @settings(max_examples=25, deadline=None)
    @given(st.lists(deeds, min_size=1, max_size=8))
    def check(history):
        pool = add_pool(sessions, f"p{next(made)}", EVERYTHING, posts=posts[:3]).id
        plain = list(posts[:3])
        for kind, ids, beside in history:
            real = [n for n in ids if n != 99]
            if kind == "take":
                take_posts(sessions, pool, ids, EVERYTHING)
                gone = [n for n in ids if n in plain]
                assert put_posts_back(sessions, pool, gone, plain, EVERYTHING).posts == tuple(plain)
                take_posts(sessions, pool, ids, EVERYTHING)
                plain = [n for n in plain if n not in real]
            elif kind == "end":
                put_posts(sessions, pool, ids, EVERYTHING)
                plain += [n for n in real if n not in plain]
            elif beside in plain:
                put_posts(sessions, pool, ids, EVERYTHING, **{kind: beside})
                moved = [n for n in real if n != beside]
                plain = [n for n in plain if n not in moved]
                at = plain.index(beside) + (kind == "after")
                plain[at:at] = moved
        assert get_pool(sessions, pool, EVERYTHING).posts == tuple(plain)

    check()
