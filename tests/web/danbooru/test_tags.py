"""Tags and what goes with them, artists, pools and people, as far as whoever asks may know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING
from homebooru.services.accounts import accounts
from homebooru.services.hiding import hide_tag
from homebooru.services.keeping.pools import add_pool
from homebooru.services.tags.links import ends_of, number_of
from homebooru.services.tags.vocabulary import add_alias, add_implication
from homebooru.web.danbooru.stubs import LISTS
from tests import corpus
from tests.web.visiting import PASSWORD, key_of

TAG = {
    "id": int, "name": str, "post_count": int, "category": int, "created_at": str,
    "updated_at": str, "is_deprecated": bool, "words": list,
}  # fmt: skip
SUGGESTION = {"type": str, "label": str, "value": str, "category": int, "post_count": int}
POOL = {
    "id": int, "name": str, "category": str, "post_ids": list, "post_count": int,
    "description": str, "is_active": bool, "is_deleted": bool, "created_at": str,
    "updated_at": str,
}  # fmt: skip
ARTIST = {
    "id": int, "name": str, "other_names": list, "group_name": str, "is_banned": bool,
    "is_deleted": bool, "created_at": str, "updated_at": str,
}  # fmt: skip
USER = {"id": int, "name": str, "level": int, "level_string": str, "created_at": str}
PROFILE = USER | {"blacklisted_tags": str, "favorite_tags": str}


@pytest.fixture
def zoo(house, sessions):
    """Three posts, of which Bo may see the first two."""
    posts = [
        house.add("1.png", corpus.png(seed=1), tags="cat artist:ann series_x", rating="g"),
        house.add("2.png", corpus.png(seed=2), tags="cat species:fox character:cee", rating="g"),
        house.add(
            "3.png", corpus.png(seed=3), tags="cat dog artist:eve copyright:coat", rating="e"
        ),
    ]
    add_alias(sessions, "kitty", "cat")
    add_alias(sessions, "doggo", "dog")
    add_implication(sessions, "fox", "cat")
    add_implication(sessions, "dog", "coat")
    return posts


@pytest.fixture
def as_bo(sessions, app, zoo):
    """Ask as somebody who may not see everything."""
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)
    secret = {"login": "Bo", "api_key": key_of(sessions, "Bo")}
    client = app.test_client()
    return lambda where, **more: asked(client, where, **(secret | more))


def asked(client, where, **query):
    answer = client.get(where, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def names(found, key="name"):
    return [one[key] for one in found]


def fits(document, types):
    return {name for name, kind in types.items() if type(document[name]) is not kind} == set()


def test_tags_have_every_key_in_its_type(client, zoo):
    found = asked(client, "/tags.json", limit=1000)
    assert all(fits(tag, TAG) for tag in found)
    by_name = {tag["name"]: tag for tag in found}
    assert {name: tag["post_count"] for name, tag in by_name.items() if tag["post_count"]} == {
        "cat": 3, "ann": 1, "series_x": 1, "fox": 1, "cee": 1, "dog": 1, "eve": 1, "coat": 1,
    }  # fmt: skip
    categories = [by_name[name]["category"] for name in ("cat", "ann", "fox", "cee", "coat")]
    assert categories == [0, 1, 0, 4, 3]
    assert by_name["series_x"]["words"] == ["series", "x"]


WISHES = [
    ({"search[name]": "cat"}, ["cat"]),
    ({"search[name]": "cat,dog,nothing"}, ["cat", "dog"]),
    ({"search[name_comma]": "Cat,dog"}, ["cat", "dog"]),
    ({"search[name][]": ["dog", "cat"]}, ["cat", "dog"]),
    ({"search[name_array][]": ["dog"]}, ["dog"]),
    ({"search[name_matches]": "c*"}, ["cat", "cee", "coat"]),
    ({"search[name_matches]": "series x"}, ["series_x"]),
    ({"search[name_matches]": "%"}, []),
    ({"search[name_contains]": "e"}, ["cee", "eve", "series_x"]),
    ({"search[category]": "1"}, ["ann", "eve"]),
    ({"search[category]": "character,3"}, ["cee", "coat"]),
    ({"search[category]": "0", "search[hide_empty]": "yes"}, ["cat", "dog", "fox", "series_x"]),
    ({"search[category]": "9"}, []),
]


def test_tags_are_chosen(client, zoo):
    for query, expected in WISHES:
        found = asked(client, "/tags.json", **query, **{"search[order]": "name"})
        assert names(found) == expected, query
    assert asked(client, "/tags.json", **{"search[name]": "\0"})


def test_tags_come_in_the_order_that_is_asked_for(client, zoo):
    by_count = asked(client, "/tags.json", **{"search[order]": "count"})
    assert [tag["post_count"] for tag in by_count] == [3, *[1] * 7, 0, 0]
    by_age = asked(client, "/tags.json")
    assert by_age == sorted(by_age, key=lambda tag: -tag["id"])
    middle = by_age[3]["id"]
    assert asked(client, "/tags.json", page=f"b{middle}", limit=2) == by_age[4:6]
    assert asked(client, "/tags.json", page=f"a{middle}", limit=2) == by_age[1:3]
    assert asked(client, "/tags.json", page=2, limit=3) == by_age[3:6]


def test_a_narrow_account_knows_no_tag_of_hidden_posts(as_bo, zoo):
    for order in ("name", "count", "date"):
        found = as_bo("/tags.json", **{"search[order]": order, "limit": 1000})
        counts = {tag["name"]: tag["post_count"] for tag in found}
        assert counts == {"cat": 2, "ann": 1, "series_x": 1, "fox": 1, "cee": 1}
    assert names(as_bo("/tags.json", **{"search[order]": "count"}))[0] == "cat"
    assert len(as_bo("/tags.json", limit=2, page=3)) == 1
    assert as_bo("/tags.json", **{"search[name]": "dog,eve,coat,kitty,doggo"}) == []
    assert names(as_bo("/artists.json")) == ["ann"]
    assert names(as_bo("/tag_aliases.json"), "antecedent_name") == ["kitty"]
    assert names(as_bo("/tag_implications.json"), "antecedent_name") == ["fox"]
    assert as_bo("/autocomplete.json", **{"search[query]": "do"}) == []
    [cat] = as_bo("/autocomplete.json", **{"search[query]": "ca"})
    assert cat["post_count"] == 2
    related = as_bo("/related_tag.json", **{"search[query]": "cat"})
    assert related["post_count"] == 2
    assert set(names([one["tag"] for one in related["related_tags"]])) == {
        "cat", "ann", "series_x", "fox", "cee",
    }  # fmt: skip


def test_a_term_is_completed(client, zoo):
    [found] = asked(client, "/autocomplete.json", **{"search[query]": "dog -ki", "limit": 5})
    assert fits(found, SUGGESTION)
    assert (found["value"], found["antecedent"], found["type"]) == ("cat", "kitty", "tag-alias")
    starred = asked(client, "/autocomplete.json", **{"search[query]": "*ca*"})
    assert names(starred, "value") == ["cat"]
    assert starred[0]["antecedent"] is None
    tag = {"search[query]": "series x", "search[type]": "tag"}
    assert names(asked(client, "/autocomplete.json", **tag), "value") == ["series_x"]
    artist = {"search[query]": "a", "search[type]": "artist"}
    assert names(asked(client, "/autocomplete.json", **artist), "value") == ["ann"]
    for query in ({}, {"search[query]": "c", "search[type]": "user"}, {"search[query]": "width:"}):
        assert asked(client, "/autocomplete.json", **query) == []


def test_what_goes_with_a_tag(client, zoo):
    found = asked(client, "/related_tag.json", query="cat")
    assert (found["query"], found["post_count"], found["tag"]["name"]) == ("cat", 3, "cat")
    by_name = {one["tag"]["name"]: one for one in found["related_tags"]}
    assert fits(by_name["fox"]["tag"], TAG)
    assert by_name["cat"]["cosine_similarity"] == by_name["cat"]["jaccard_similarity"] == 1.0
    assert by_name["fox"]["frequency"] == pytest.approx(1 / 3)
    assert by_name["fox"]["overlap_coefficient"] == 1.0
    assert by_name["fox"]["cosine_similarity"] == pytest.approx(1 / 3**0.5)
    artists = asked(client, "/related_tag.json", query="cat", category="1")
    assert {one["tag"]["name"] for one in artists["related_tags"]} == {"ann", "eve"}
    assert asked(client, "/related_tag.json", query='source:"a\0b"')["post_count"] == 0
    nothing = asked(client, "/related_tag.json", query="cow")
    assert (nothing["post_count"], nothing["tag"], nothing["related_tags"]) == (0, None, [])


def test_links_are_found_by_either_side_and_by_their_numbers(client, zoo):
    for where, pair in (
        ("/tag_aliases.json", ("kitty", "cat")),
        ("/tag_implications.json", ("fox", "cat")),
    ):
        every = asked(client, where)
        assert len(every) == 2
        [link] = [one for one in every if one["antecedent_name"] == pair[0]]
        assert (link["consequent_name"], link["status"]) == (pair[1], "active")
        for query in (
            {"search[id]": link["id"]},
            {"search[antecedent_name]": pair[0]},
            {"search[name_matches]": pair[1]},
            {"search[consequent_name]": "ca*"},
        ):
            assert asked(client, where, **query) == [link]
        for query in ({"search[id]": "9" * 30}, {"search[id]": 0}, {"search[name_matches]": "x"}):
            assert asked(client, where, **query) == []


@given(st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1))
def test_the_number_of_a_link_tells_its_ends(one, other):
    assert ends_of(number_of(one, other)) == (one, other)


def test_artists_are_tags(client, zoo, sessions):
    add_alias(sessions, "annie", "ann")
    [ann] = asked(client, "/artists.json", **{"search[name]": "Ann"})
    assert fits(ann, ARTIST)
    assert ann["other_names"] == ["annie"]
    assert asked(client, f"/artists/{ann['id']}.json") == ann
    assert names(asked(client, "/artists.json", **{"search[any_name_matches]": "e*"})) == ["eve"]
    assert asked(client, "/artists.json", **{"search[name]": "cat"}) == []
    [cat] = asked(client, "/tags.json", **{"search[name]": "cat"})
    assert client.get(f"/artists/{cat['id']}.json").status_code == 404
    assert asked(client, f"/tags/{cat['id']}.json") == cat


def test_pools_hold_what_is_seen_of_them(client, as_bo, sessions, zoo):
    one, two, hidden = zoo
    full = add_pool(sessions, "long walk", EVERYTHING, kind="series", posts=[hidden, two, one])
    secret = add_pool(sessions, "secret", EVERYTHING, posts=[hidden])
    [pool] = as_bo("/pools.json")
    assert fits(pool, POOL)
    assert (pool["id"], pool["name"], pool["category"]) == (full.id, "long_walk", "series")
    assert (pool["post_ids"], pool["post_count"]) == ([two, one], 2)
    assert as_bo(f"/pools/{full.id}.json") == pool
    for query in (
        {"search[name_contains]": "WALK"},
        {"search[name_matches]": "long walk"},
        {"search[id]": f"{full.id},{secret.id}"},
        {"search[category]": "series"},
        {"search[post_ids_include_any]": f"{two},{hidden}"},
        {"search[post_ids_include_all]": f"{one},{two}", "search[id]": full.id},
    ):
        assert as_bo("/pools.json", **query) == [pool]
    for query in (
        {"search[name_matches]": "walk"},
        {"search[id]": secret.id},
        {"search[category]": "collection"},
        {"search[category]": "nonsense"},
        {"search[post_ids_include_any]": hidden},
        {"search[post_ids_include_all]": f"{one},{two},{hidden}"},
        {"search[post_ids_include_any]": "9999999999"},
        {"page": 2},
    ):
        assert as_bo("/pools.json", **query) == []
    found = as_bo("/posts.json", tags=f"ordpool:{full.id}")
    assert [post["id"] for post in found] == pool["post_ids"]


def test_pools_come_in_the_order_that_is_asked_for(client, sessions, zoo):
    pools = [add_pool(sessions, name, EVERYTHING, posts=posts).id for name, posts in (
        ("bee", zoo[:1]), ("ape", zoo), ("cow", [])
    )]  # fmt: skip
    bee, ape, cow = pools
    for order, expected in (
        ("name", [ape, bee, cow]),
        ("created_at", [cow, ape, bee]),
        ("post_count", [ape, bee, cow]),
        ("nonsense", [cow, ape, bee]),
    ):
        found = asked(client, "/pools.json", **{"search[order]": order})
        assert names(found, "id") == expected, order


def test_whoever_asks_is_told_of_themselves_alone(client, as_bo, sessions):
    me = as_bo("/profile.json")
    assert fits(me, PROFILE)
    for name in ("snake", "a spider"):
        hide_tag(sessions, me["id"], name)
    assert as_bo("/profile.json")["blacklisted_tags"] == "a_spider\nsnake"
    assert (me["name"], me["level_string"]) == ("Bo", "Member")
    [known] = as_bo("/users.json")
    assert fits(known, USER)
    assert known["id"] == as_bo(f"/users/{me['id']}.json")["id"] == me["id"]
    assert as_bo("/users.json", **{"search[id]": 1}) == []
    assert as_bo("/users.json", **{"search[name]": "Ada"}) == []
    assert client.get("/users/1.json").status_code == 401


def test_what_a_gallery_lacks_is_an_empty_list(client):
    for name in LISTS:
        assert asked(client, f"/{name}.json") == []
    for where in ("/wiki_pages/cat.json", "/posts/1/artist_commentary.json", "/users/7.json"):
        answer = client.get(where)
        assert (answer.status_code, answer.json["success"]) == (404, False)
