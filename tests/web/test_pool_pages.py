"""Pools as people see and arrange them."""

from __future__ import annotations

import pytest

from homebooru.domain.scope import EVERYTHING
from homebooru.services.keeping.pool_views import get_pool
from homebooru.services.keeping.pools import add_pool
from homebooru.web.csrf import FIELD
from tests.web.visiting import token_of


@pytest.fixture
def three(house):
    return [house.add(f"{n}.png", seed=n) for n in range(3)]


@pytest.fixture
def trip(sessions, three):
    return add_pool(sessions, "My trip", EVERYTHING, posts=three).id


def posted(client, where, **form):
    return client.post(where, data={FIELD: token_of(client, "/searches")} | form)


def posts(sessions, pool_id):
    return list(get_pool(sessions, pool_id, EVERYTHING).posts)


def test_a_pool_is_made_described_and_removed(client, three):
    made = posted(client, "/pools", name="My trip", kind="series", description="By **sea**.")
    assert (made.status_code, made.location) == (303, "/pools/1")
    page = client.get("/pools/1").text
    assert "<strong>sea</strong>" in page
    assert "Nothing in it yet" in page
    posted(client, "/pools/1", name="voyage", kind="collection", description="")
    assert ">voyage</strong>" in client.get("/pools").text
    assert ">voyage</strong>" not in client.get("/pools?kind=series").text
    assert "There is a pool named voyage already." in posted(client, "/pools", name="voyage").text
    assert posted(client, "/pools/1/remove", name="trip").status_code == 409
    assert posted(client, "/pools/1/remove", name="voyage").location == "/pools"
    assert client.get("/pools/1").status_code == 404


def test_posts_are_put_in_moved_and_taken_out(client, three, sessions):
    at = f"/posts/{three[0]}"
    into = {"ids": str(three[0]), "pool": "My trip", "next": at}
    assert posted(client, "/pools/posts", **into).location == at
    posted(client, "/pools/posts", ids=f"{three[0]},{three[1]},{three[2]}", pool="my_trip")
    assert posts(sessions, 1) == three
    posted(client, "/pools/1/posts", earlier=three[2])
    assert posts(sessions, 1) == [three[0], three[2], three[1]]
    posted(client, "/pools/1/posts", later=three[0])
    posted(client, "/pools/1/posts", move=three[1], before=three[2])
    assert posts(sessions, 1) == [three[1], three[2], three[0]]
    posted(client, "/pools/1/posts", out=three[2])
    assert posts(sessions, 1) == [three[1], three[0]]
    assert posted(client, "/pools/1/posts").status_code == 400


def test_all_that_a_search_finds_goes_into_a_pool(client, three, sessions):
    token = {FIELD: token_of(client, "/searches")}
    told = client.post(
        "/pools/posts", data=token | {"tags": "", "pool": "all"}, headers={"X-Fragment": "1"}
    )
    assert "3 posts are new in" in told.text
    assert sorted(posts(sessions, 1)) == three


def test_a_selection_is_asked_into_which_pool_it_shall_go(client, three, trip, sessions):
    asked = posted(client, "/pools/posts", ids=f"{three[0]} {three[1]}").text
    assert "Put 2 posts into a pool" in asked
    assert 'name="into" value="my_trip"' in asked
    done = posted(client, "/pools/posts", ids=str(three[0]), pool="", into="other")
    assert done.location == "/pools/2"
    assert posts(sessions, 2) == [three[0]]


def test_a_post_leads_to_its_neighbours_in_its_pools(client, three, trip):
    page = client.get(f"/posts/{three[1]}").text
    assert f'rel="prev" href="/posts/{three[0]}?tags=ordpool:{trip}"' in page
    assert f'rel="next" href="/posts/{three[2]}?tags=ordpool:{trip}"' in page
    assert "2/3" in page


def test_a_pool_is_a_slideshow_in_its_order(client, three, trip):
    page = client.get(f"/pools/{trip}").text
    assert f'href="/posts/{three[0]}?tags=ordpool:{trip}#slideshow"' in page
