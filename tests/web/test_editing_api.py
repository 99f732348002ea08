"""Editing as programs do it: posts, their history, many at once."""

from __future__ import annotations

import pytest

from homebooru.domain.accounts import Right
from homebooru.services.accounts import accounts, keys
from homebooru.services.tags import vocabulary
from homebooru.web.csrf import HEADER
from tests.web.visiting import PASSWORD, token_of


@pytest.fixture
def ask(client):
    """Ask for something with the token that pages carry; return the status and the answer."""
    headers = {HEADER: token_of(client)}

    def asked(method, where, body=None):
        answer = client.open(where, method=method, headers=headers, json=body)
        return answer.status_code, answer.json

    return asked


def test_a_post_is_edited_by_parts_by_a_script_or_by_its_whole_text(ask, posts):
    where = f"/api/posts/{posts[0]}/tags"
    status, box = ask("GET", where)
    assert (status, box["text"], box["rejected"]) == (200, "cat dog", [])
    parts = {
        "add": ["artist:Some Body", "tag:rating:s"],
        "remove": ["cat"],
        "rating": "g",
        "parent": posts[1],
        "sources": ["https://a.example", "b c"],
        "stars": 4,
        "description": "a rose\nin snow ",
        "create": True,
        "reason": "seen in the book",
    }
    _, edited = ask("PATCH", where, parts)
    assert edited == {
        "id": posts[0],
        "text": "some_body dog tag:rating:s",
        "tags": [
            {"name": "some_body", "category": "artist"},
            {"name": "dog", "category": "general"},
            {"name": "rating:s", "category": "general"},
        ],
        "rejected": ["cat"],
        "suggested": [],
        "rating": "g",
        "parent": posts[1],
        "sources": ["https://a.example", "b c"],
        "stars": 4,
        "description": "a rose\nin snow",
        "edit": 1,
        "implied": {},
    }
    whole = {"seen": edited["text"], "text": "some_body rating:e"}
    _, edited = ask("PATCH", where, whole)
    assert (edited["text"], edited["rating"], edited["rejected"]) == (
        "some_body",
        "e",
        ["cat", "dog", "rating:s"],
    )
    _, edited = ask("PATCH", where, {"script": "dog parent:none source:none"})
    assert (edited["text"], edited["parent"], edited["sources"]) == ("some_body dog", None, [])
    _, edited = ask("PATCH", where, {"withdraw": ["cat"], "hush": ["rating"], "parent": None})
    assert (edited["text"], edited["rating"]) == ("some_body cat dog", None)
    assert ask("PATCH", where, {"rating": None})[1]["edit"] == 5
    assert ask("PATCH", where, {"rating": "none"})[1]["edit"] is None


def test_what_was_taken_away_and_follows_from_others_is_told(ask, posts, sessions):
    vocabulary.add_implication(sessions, "dog", "cat")
    _, edited = ask("PATCH", f"/api/posts/{posts[0]}/tags", {"remove": ["cat"]})
    assert (edited["implied"], edited["text"]) == ({"cat": ["dog"]}, "dog")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"script": "a rating:sfae"}, {"position": 9, "suggestion": "safe", "length": 4}),
        ({"script": "a parent:x"}, {"position": 9}),
        ({"add": ["dgo"]}, {"new": {"dgo": ["dog"]}, "kind": "NewTags"}),
        ({"add": ["a,b"]}, {"kind": "InvalidTagName"}),
        ({"add": ["cat"], "remove": ["cat"]}, {"kind": "InvalidInput"}),
        ({"add": "cat"}, {"kind": "InvalidInput"}),
        ({"add": [1]}, {"kind": "InvalidInput"}),
        ({"add": ["cat"], "create": "yes"}, {"kind": "InvalidInput"}),
        ({"text": "cat"}, {"kind": "InvalidInput"}),
        ({"hush": ["tags"]}, {"kind": "InvalidInput"}),
        ({"rating": "g cat"}, {"kind": "InvalidInput"}),
        ({"rating": 5}, {"kind": "InvalidInput"}),
        ({"parent": "x"}, {"kind": "InvalidInput"}),
        ({"parent": 2**40}, {"kind": "QuerySyntaxError"}),
        ({"parent": 99}, {"kind": "InvalidInput"}),
        ({"stars": 6}, {"kind": "QuerySyntaxError"}),
        ({"script": "stars:1 stars:2"}, {"kind": "QuerySyntaxError"}),
        ({"description": "x" * 10_001}, {"kind": "InvalidInput"}),
        ({"sources": ["a\nb"]}, {"kind": "QuerySyntaxError"}),
        ({"reason": "x" * 1001, "add": ["cat"]}, {"kind": "InvalidInput"}),
        ({}, {"kind": "InvalidInput"}),
        ([], {"kind": "InvalidInput"}),
    ],
)
def test_what_makes_no_sense_is_told(ask, posts, body, error):
    if "suggestion" in error:
        body, error = {"script": "a rating:genral"}, error | {"suggestion": "general", "length": 6}
    status, answer = ask("PATCH", f"/api/posts/{posts[0]}/tags", body)
    assert status in {400, 409}
    assert answer["error"].items() >= error.items()
    assert ask("GET", "/api/edits")[1] == {"edits": [], "next": None}


def test_the_history_is_told_and_taken_back(ask, posts):
    for post in posts:
        ask("PATCH", f"/api/posts/{post}/tags", {"script": "-cat rating:s source:a"})
    _, first = ask("GET", "/api/edits?limit=2")
    _, second = ask("GET", first["next"])
    assert [edit["id"] for edit in first["edits"] + second["edits"]] == [3, 2, 1]
    [line] = second["edits"]
    assert line | {"at": None} == {
        "id": 1,
        "post": posts[0],
        "account": 1,
        "by": None,
        "via": "web",
        "at": None,
        "batch": None,
        "script": None,
        "undoes": None,
        "changes": [
            {
                "tag": {"name": "cat", "category": "general"},
                "before": None,
                "after": {"says": False, "reason": None},
            },
            {"about": "rating", "before": None, "after": {"says": "s", "reason": None}},
            {"about": "source", "before": None, "after": {"says": ["a"], "reason": None}},
        ],
    }
    ask("PATCH", f"/api/posts/{posts[0]}/tags", {"rating": "e"})
    assert ask("POST", "/api/edits/1/revert") == (200, {"edit": 5, "left": ["rating"]})
    assert ask("GET", f"/api/posts/{posts[0]}/tags")[1]["text"] == "cat dog"
    assert ask("GET", f"/api/edits?post={posts[0]}")[1]["edits"][0]["undoes"] == 1
    assert ask("POST", "/api/edits/99/revert")[0] == 404
    for since in ("2001-01-01", line["at"].replace("+", "%2B")):
        assert len(ask("GET", f"/api/edits?since={since}")[1]["edits"]) == 5
    for wrong in ("since=then", "limit=0", "limit=201", "post=x"):
        assert ask("GET", f"/api/edits?{wrong}")[0] == 400
    assert ask("GET", f"/api/edits?before={2**32}&account=2")[1]["edits"] == []
    status, undone = ask("POST", "/api/edits/revert", {"account": 1, "since": "2001-01-01T00:00"})
    assert (status, undone["posts"], undone["changed"]) == (200, 3, 3)
    assert all(ask("GET", f"/api/posts/{post}/tags")[1]["rating"] is None for post in posts)


def test_many_posts_are_edited_at_once_and_that_is_taken_back(ask, posts):
    _, shown = ask("GET", "/api/batches/preview?query=cat&script=-dog%20sun")
    assert shown == {"posts": 3, "gains": {"sun": 3}, "losses": {"dog": 3}, "new": {"sun": []}}
    body = {"query": "cat", "script": "-dog sun"}
    assert ask("POST", "/api/batches", body)[1]["error"]["new"] == {"sun": []}
    status, made = ask("POST", "/api/batches", body | {"create": True})
    assert (status, made["changed"], made["query"]) == (201, 3, "cat")
    assert ask("GET", "/api/batches/1") == (200, made)
    assert [edit["batch"] for edit in ask("GET", "/api/edits?batch=1")[1]["edits"]] == [1] * 3
    status, undone = ask("POST", "/api/batches/1/revert")
    assert (status, undone["undoes"], undone["changed"]) == (201, 1, 3)
    assert ask("GET", f"/api/posts/{posts[0]}/tags")[1]["text"] == "cat dog"
    status, made = ask("POST", "/api/batches", {"ids": [posts[0], 2**40, -1], "script": "-cat"})
    assert (status, made["posts"]) == (201, 1)
    assert ask("POST", f"/api/batches/{made['id']}/stop")[0] == 200
    for wrong in (
        {"script": "cat"},
        {"script": "cat", "query": "dog", "ids": [1]},
        {"script": "cat", "query": "dog limit:5"},
        {"script": "cat", "query": "dog ("},
        {"query": "dog"},
    ):
        assert ask("POST", "/api/batches", wrong)[0] == 400
    for where in ("revert", "stop"):
        assert ask("POST", f"/api/batches/99/{where}")[0] == 404


def test_programs_need_the_right_to_write_and_are_noted_as_such(client, posts, sessions, ada):
    bob = accounts.add_account(sessions, "Bob", PASSWORD)

    def asked(person, right, where, body):
        key = keys.add_key(sessions, person.id, f"{person.name} {right}", right)
        headers = {"Authorization": f"Bearer {key}"}
        return client.open(where[1], method=where[0], headers=headers, json=body)

    edit = ("PATCH", f"/api/posts/{posts[0]}/tags")
    assert asked(bob, Right.READ, edit, {"remove": ["cat"]}).status_code == 403
    assert asked(bob, Right.WRITE, edit, {"remove": ["cat"]}).status_code == 200
    history = ("GET", "/api/edits")
    [line] = asked(ada, Right.READ, history, None).json["edits"]
    assert (line["by"], line["via"], line["account"]) == ("Bob", "api", bob.id)
    back = ("POST", "/api/edits/revert")
    body = {"account": ada.id, "since": "2001-01-01"}
    assert asked(bob, Right.WRITE, back, body).status_code == 403
    assert asked(ada, Right.ADMIN, back, body | {"account": 99}).status_code == 404
    assert asked(ada, Right.ADMIN, back, body | {"account": bob.id}).json["changed"] == 1
