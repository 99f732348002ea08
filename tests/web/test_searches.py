"""Saved and past searches: their page, the menu of the search box, and what programs may do."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from homebooru.domain.accounts import Right
from homebooru.services.accounts import keys
from homebooru.services.keeping.history import past_searches
from homebooru.services.keeping.searches import list_searches
from homebooru.web.csrf import FIELD, HEADER
from tests.web.visiting import token_of

ADA = 1
PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def cats(house):
    return [house.add(f"{n}.png", tags="cat" if n else "cat dog", seed=n) for n in range(3)]


def posted(client, where: str, **form):
    return client.post(where, data={FIELD: token_of(client, "/searches")} | form)


def past(sessions) -> list[str]:
    return [each.query for each in past_searches(sessions, ADA)]


# Saved searches


def test_a_search_is_saved_above_the_grid_and_found_on_its_page(client, cats):
    assert "Save this search as" in client.get("/posts?tags=cat+-dog").text
    answer = posted(
        client, "/searches", name="Only cats", tags="cat -dog", next="/posts?tags=cat+-dog"
    )
    assert (answer.status_code, answer.location) == (303, "/posts?tags=cat+-dog")
    assert "This search is saved as" in client.get(answer.location).text
    page = client.get("/searches").text
    assert 'href="/posts?tags=search:%22Only+cats%22">Only cats</a>' in page
    assert "<code>cat -dog</code>" in page
    assert "2 posts" in page
    assert f"post-{cats[2]}" in client.get("/posts?tags=search:%22Only+cats%22").text
    show = client.get("/searches/1/slideshow")
    assert show.location == f"/posts/{cats[2]}?tags=search:%22Only+cats%22#slideshow"


def test_a_saved_search_is_changed_removed_and_taken_back(client, cats, sessions):
    posted(client, "/searches", name="cats", tags="cat")
    assert posted(client, "/searches/1", name="dogs", tags="dog").location == "/searches"
    assert "1 post<" in client.get("/searches").text
    removed = posted(client, "/searches/1/remove").text
    assert "“dogs” is removed." in removed
    assert list_searches(sessions, ADA) == ()
    assert '<input type="hidden" name="tags" value="dog">' in removed
    posted(client, "/searches", name="dogs", tags="dog")
    assert [saved.name for saved in list_searches(sessions, ADA)] == ["dogs"]


def test_what_cannot_be_saved_is_told_with_what_was_written(client, cats, sessions):
    broken = posted(client, "/searches", name="b", tags="cat rating:x")
    assert broken.status_code == 400
    assert 'class="mistake"' in broken.text
    assert 'value="cat rating:x"' in broken.text
    posted(client, "/searches", name="cats", tags="cat")
    taken = posted(client, "/searches", name="CATS", tags="dog")
    assert taken.status_code == 409
    assert "There is a saved search named CATS already." in taken.text
    [saved] = list_searches(sessions, ADA)
    assert posted(client, f"/searches/{saved.id}", name="", tags="dog").status_code == 400
    assert posted(client, "/searches/99", name="x", tags="dog").status_code == 404
    assert list_searches(sessions, ADA) == (saved,)


def test_a_program_saves_changes_and_removes_by_name_or_number(client, cats):
    headers = {HEADER: token_of(client)}
    made = client.post("/api/searches", headers=headers, json={"name": "My cats", "query": "cat"})
    assert made.status_code == 201
    assert made.location == "/api/searches/1"
    assert made.json | {"created_at": "", "updated_at": ""} == {
        "id": 1,
        "name": "My cats",
        "query": "cat",
        "count": 3,
        "mistake": None,
        "created_at": "",
        "updated_at": "",
    }
    changed = client.patch("/api/searches/my cats", headers=headers, json={"query": "cat -dog"})
    assert (changed.json["name"], changed.json["count"]) == ("My cats", 2)
    [listed] = client.get("/api/searches").json["searches"]
    assert listed == changed.json == client.get("/api/searches/1").json
    told = client.post(
        "/api/searches", headers=headers, json={"name": "x", "query": "cat rating:x"}
    )
    assert told.status_code == 400
    assert told.json["error"]["kind"] == "QuerySyntaxError"
    assert told.json["error"]["position"] == len("cat rating:")
    removed = client.delete("/api/searches/1", headers=headers)
    assert removed.json == {"name": "My cats", "query": "cat -dog"}
    assert client.delete("/api/searches/1", headers=headers).status_code == 404
    assert client.post("/api/searches", headers=headers, json={"name": "x"}).status_code == 400


# The history


def test_what_a_person_searches_for_is_remembered_and_offered(client, cats, sessions):
    for where in ("/posts?tags=cat", "/posts?tags=dog", "/posts?tags=cat", "/posts"):
        client.get(where, headers=PERSON)
    assert past(sessions) == ["cat", "dog"]
    posted(client, "/searches", name="My cats", tags="cat")
    menu = client.get("/searches/menu", headers=FRAGMENT).text
    assert menu.index('data-text="search:&#34;My cats&#34;"') < menu.index('data-text="cat"')
    assert client.get("/searches/menu").location == "/searches"
    assert [each["query"] for each in client.get("/api/searches/history").json["history"]] == [
        "cat",
        "dog",
    ]
    posted(client, "/searches/history/forget", query="cat")
    assert past(sessions) == ["dog"]
    client.delete("/api/searches/history", headers={HEADER: token_of(client)})
    assert past(sessions) == []


@pytest.mark.parametrize(
    ("where", "headers"),
    [
        ("/posts?tags=cat", {}),
        ("/posts?tags=cat", {"Accept": "*/*"}),
        ("/posts?tags=cat", PERSON | FRAGMENT),
        ("/posts?tags=cat&page=2", PERSON),
        ("/posts?tags=cat&after=2", PERSON),
        ("/posts?tags=cat+(", PERSON),
        ("/posts?tags=%20", PERSON),
        ("/posts?tags=cat", PERSON | {"Sec-Fetch-Site": "cross-site"}),
        ("/posts?tags=cat", PERSON | {"Sec-Fetch-Mode": "cors"}),
        ("/posts?tags=cat", PERSON | {"Sec-Purpose": "prefetch"}),
    ],
)
def test_nothing_else_is_remembered(client, cats, sessions, where, headers):
    client.get(where, headers=headers)
    client.head("/posts?tags=cat", headers=PERSON)
    assert past(sessions) == []


def test_what_a_key_searches_for_is_not_remembered(client, cats, sessions, ada):
    key = keys.add_key(sessions, ada.id, "phone", Right.WRITE)
    client.get("/posts?tags=cat", headers=PERSON | {"Authorization": f"Bearer {key}"})
    assert past(sessions) == []


def test_remembering_can_be_switched_off_and_rests_in_safe_mode(client, cats, sessions):
    client.get("/posts?tags=dog", headers=PERSON)
    for wish in ("remember=0", "safe=1&remember=1"):
        posted(client, "/preferences", **dict(pair.split("=") for pair in wish.split("&")))
        client.get("/posts?tags=cat", headers=PERSON)
        assert "data-text" not in client.get("/searches/menu", headers=FRAGMENT).text
        assert ">dog</a>" not in client.get("/searches").text
    assert past(sessions) == ["dog"]
    posted(client, "/preferences", safe="0")
    client.get("/posts?tags=cat", headers=PERSON)
    assert past(sessions) == ["cat", "dog"]


def test_a_search_that_cannot_be_remembered_is_answered_all_the_same(client, cats, sessions):
    with sessions.begin() as session:
        session.execute(sa.text("drop table past_search"))
    assert client.get("/posts?tags=cat", headers=PERSON).status_code == 200
