"""Hearts as they are sent, and what forms and programs may change."""

from __future__ import annotations

import re

import pytest

from homebooru.domain.accounts import Right
from homebooru.services.accounts import keys
from homebooru.web.csrf import FIELD, HEADER
from tests.web.visiting import token_of

HEART = re.compile(r'class="(?:tool )?heart" name="(\w+)" value="(\d+)" aria-pressed="(\w+)"')


def hearts(client, where: str) -> dict[int, bool]:
    found = HEART.findall(client.get(where).text)
    assert all((name == "remove") == (pressed == "true") for name, _, pressed in found)
    return {int(post_id): pressed == "true" for _, post_id, pressed in found}


@pytest.fixture
def three(house):
    return [house.add(f"{n}.png", tags="cat" if n else "dog", seed=n) for n in range(3)]


def test_a_heart_works_as_a_plain_form_and_leads_back(client, three):
    form = {FIELD: token_of(client, "/posts"), "next": "/posts?tags=cat", "anchor": "1"}
    assert hearts(client, "/posts") == dict.fromkeys(three, False)
    answer = client.post("/favourites", data=form | {"add": three[1]})
    assert (answer.status_code, answer.location) == (303, f"/posts?tags=cat#post-{three[1]}")
    assert hearts(client, "/posts") == {three[0]: False, three[1]: True, three[2]: False}
    assert hearts(client, f"/posts/{three[1]}") == {three[1]: True}
    client.post("/favourites", data=form | {"remove": three[1]})
    assert hearts(client, f"/posts/{three[1]}") == {three[1]: False}


def test_a_selection_is_liked_by_its_numbers_or_by_its_search(client, three):
    form = {FIELD: token_of(client, "/posts"), "does": "add"}
    answer = client.post("/favourites", data=form | {"tags": "cat"}, headers={"X-Fragment": "1"})
    assert answer.status_code == 204
    assert hearts(client, "/posts") == {three[0]: False, three[1]: True, three[2]: True}
    client.post("/favourites", data=form | {"does": "remove", "ids": f"{three[1]} {three[0]}"})
    assert hearts(client, "/posts") == {three[0]: False, three[1]: False, three[2]: True}
    for wrong in ({"does": "burn"}, {"tags": "cat ("}):
        assert client.post("/favourites", data=form | wrong).status_code == 400


def test_a_program_likes_posts_one_by_one_and_many_at_once(client, three):
    headers = {HEADER: token_of(client)}
    for _ in range(2):
        answer = client.put(f"/api/posts/{three[0]}/favourite", headers=headers)
        assert answer.json == {"id": three[0], "favourite": True}
    answer = client.put("/api/favourites", headers=headers, json={"ids": [*three, 99]})
    assert answer.json == {"ids": three, "changed": three[1:]}
    answer = client.delete(f"/api/posts/{three[0]}/favourite", headers=headers)
    assert answer.json == {"id": three[0], "favourite": False}
    answer = client.delete("/api/favourites", headers=headers, json={"ids": three[:2]})
    assert answer.json == {"ids": three[:2], "changed": [three[1]]}
    answer = client.put("/api/favourites", headers=headers, json={"q": "cat order:id"})
    assert answer.json == {"ids": three[1:], "changed": [three[1]]}
    client.delete("/api/favourites", headers=headers, json={"q": f"id:{three[1]}"})
    assert hearts(client, "/posts?tags=fav:me") == {three[2]: True}
    missing = client.put("/api/posts/99/favourite", headers=headers)
    assert (missing.status_code, missing.json["error"]["kind"]) == (404, "NotFound")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"ids": 1}', b'{"ids": [true]}', b'{"ids": ["1"]}', b"\xff"]
)
def test_a_program_is_told_what_it_has_to_send(client, body):
    headers = {HEADER: token_of(client), "Content-Type": "application/json"}
    answer = client.put("/api/favourites", headers=headers, data=body)
    assert (answer.status_code, answer.json["error"]["kind"]) == (400, "InvalidInput")


def test_a_key_that_reads_likes_nothing(client, sessions, ada, three):
    statuses = {}
    for right in (Right.READ, Right.WRITE):
        key = keys.add_key(sessions, ada.id, right.value, right)
        answer = client.put(
            f"/api/posts/{three[0]}/favourite", headers={"Authorization": f"Bearer {key}"}
        )
        statuses[right] = answer.status_code
    assert statuses == {Right.READ: 403, Right.WRITE: 200}
