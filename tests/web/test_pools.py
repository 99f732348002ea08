"""Pools as programs read and change them."""

from __future__ import annotations

from unittest.mock import ANY

import pytest

from homebooru.domain.accounts import Right
from homebooru.services.accounts import keys
from homebooru.web.csrf import HEADER
from tests.web.visiting import token_of


@pytest.fixture
def three(house):
    return [house.add(f"{n}.png", seed=n) for n in range(3)]


def test_a_program_makes_fills_orders_and_removes_a_pool(client, three):
    headers = {HEADER: token_of(client)}
    body = {"name": "My trip", "kind": "series", "description": "By sea.", "posts": three[:2]}
    made = client.post("/api/pools", headers=headers, json=body)
    assert (made.status_code, made.location) == (201, "/api/pools/1")
    at = made.location
    assert made.json == client.get(at).json
    assert {
        name: made.json[name] for name in ("name", "kind", "description", "count", "posts")
    } == {
        "name": "my_trip",
        "kind": "series",
        "description": "By sea.",
        "count": 2,
        "posts": three[:2],
    }
    body = {"ids": [three[2]], "before": three[0]}
    put = client.post(f"{at}/posts", headers=headers, json=body)
    assert put.json["posts"] == [three[2], three[0], three[1]]
    taken = client.delete(f"{at}/posts", headers=headers, json={"ids": [three[0]]})
    assert taken.json["posts"] == [three[2], three[1]]
    back = {"ids": [three[0]], "order": put.json["posts"]}
    assert client.post(f"{at}/posts", headers=headers, json=back).json == put.json | {
        "updated_at": ANY
    }
    client.delete(f"{at}/posts", headers=headers, json={"ids": [three[0]]})
    renamed = client.patch(at, headers=headers, json={"name": "voyage"})
    assert (renamed.json["name"], renamed.json["kind"]) == ("voyage", "series")
    [listed] = client.get("/api/pools?name=voy*&kind=series").json["pools"]
    assert listed | {"posts": renamed.json["posts"]} == renamed.json
    assert client.get("/api/pools?kind=collection").json == {"pools": []}
    assert f"post-{three[2]}" in client.get("/posts?tags=pool:voyage").text
    assert client.delete(at, headers=headers, json={"name": "my_trip"}).status_code == 409
    removed = client.delete(at, headers=headers, json={"name": "voyage"})
    assert removed.json["posts"] == [three[2], three[1]]
    again = client.post("/api/pools", headers=headers, json=removed.json)
    assert again.json["posts"] == removed.json["posts"]


def test_what_makes_no_sense_is_told_as_json(client, three):
    headers = {HEADER: token_of(client)}
    for method, where, body, status in (
        ("POST", "/api/pools", {}, 400),
        ("POST", "/api/pools", {"name": 1}, 400),
        ("POST", "/api/pools", {"name": "a\0"}, 400),
        ("POST", "/api/pools", {"name": "a", "description": "\ud800"}, 400),
        ("POST", "/api/pools", {"name": "a", "posts": "1"}, 400),
        ("DELETE", "/api/pools/1", {}, 400),
        ("PATCH", "/api/pools/1", {"name": "a"}, 404),
        ("GET", "/api/pools/2147483648", None, 404),
        ("GET", "/api/pools?limit=x", None, 400),
        ("GET", "/api/pools?limit=5000", None, 400),
        ("GET", "/api/pools?kind=heap", None, 400),
    ):
        answer = client.open(where, method=method, headers=headers, json=body)
        assert (answer.status_code, "message" in answer.json["error"]) == (status, True), where


def test_any_account_may_change_pools_and_a_key_that_reads_may_not(client, sessions, ada, three):
    statuses = {}
    for right in (Right.READ, Right.WRITE):
        key = keys.add_key(sessions, ada.id, right.value, right)
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.post("/api/pools", headers=headers, json={"name": right.value})
        statuses[right] = (
            answer.status_code,
            client.get("/api/pools", headers=headers).status_code,
        )
    assert statuses == {Right.READ: (403, 200), Right.WRITE: (201, 200)}
