"""Lists of tags are brought on a page and by programs, and taken up after a look."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from homebooru.services.tags.bringing import lists_due
from homebooru.web.csrf import FIELD, HEADER
from tests.integration.services.conftest import Quiet
from tests.web.visiting import token_of

FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def work(sessions):
    return lambda: lists_due(sessions, Quiet())


def send(client, where="/tag_lists", *files, **form):
    sent = [FileStorage(io.BytesIO(text.encode()), name) for name, text in files]
    data = {FIELD: token_of(client, "/searches"), "file": sent} | form
    boundary, body = encode_multipart(data)  # the client's own way leaves a file open
    return client.post(where, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def test_a_list_is_sent_looked_at_and_taken_up(client, work):
    assert 'href="/tag_lists"' in client.get("/tags").text
    sent = send(client, "/tag_lists", ("danbooru_tag_aliases.csv", "kitty,cat\nx,x\n"))
    assert (sent.status_code, sent.location) == (303, "/tag_lists/1")
    assert "nothing changes yet" in client.get("/tag_lists/1").text
    work()
    page = client.get("/tag_lists/1").text
    assert "This is what it would change:" in page
    assert "x leads to itself" in page
    assert "another name of" not in client.get("/tags/kitty").text
    part = client.get("/tag_lists/1", headers=FRAGMENT)
    assert "<html" not in part.text
    assert "X-Fragment" in part.headers["Vary"]

    assert send(client, "/tag_lists/1/take").status_code == 303
    assert "is being taken up" in client.get("/tag_lists").text
    work()
    assert "It was taken up." in client.get("/tag_lists/1").text
    assert 'href="/tags/kitty">kitty</a>' in client.get("/tag_aliases").text
    assert "danbooru_tag_aliases.csv" in client.get("/tag_changes").text

    send(client, "/tag_lists", ("aliases.csv", "kitty,cat\n"), ("implications.csv", "cat,pet\n"))
    work()
    assert "It would change nothing" in client.get("/tag_lists/2").text
    assert send(client, "/tag_lists/3/stop").status_code == 303
    assert send(client, "/tag_lists/3/drop").location == "/tag_lists"
    assert client.get("/tag_lists/3").status_code == 404


def test_what_cannot_be_taken_is_told_where_it_was_sent(client):
    for files in ((), (("aliases.csv", ""),), (("list.csv", "a,b\n"),)):
        refused = send(client, "/tag_lists", *files)
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
    assert send(client, "/tag_lists/9/take").status_code == 404


def test_a_list_may_be_larger_than_what_is_sent_elsewhere(client, work):
    text = "".join(f"name_{number},meaning_{number}\n" for number in range(60_000))
    assert send(client, "/tag_lists", ("aliases.csv", text)).status_code == 303
    assert send(client, "/pools", ("aliases.csv", text)).status_code == 413


def test_programs_bring_lists_too(client, work):
    headers = {HEADER: token_of(client)}

    def ask(where, method="post", **body):
        return client.open(
            f"/api/vocabulary/lists{where}", method=method.upper(), headers=headers, json=body
        )

    made = ask("", name="e621_tags.csv", text="cat,0\n")
    assert (made.status_code, made.json["site"], made.json["at_work"]) == (201, "e621", True)
    assert ask("/1/take").status_code == 409
    work()
    assert ask("/1", "get").json["foretold"]["new_tags"] == 1
    assert ask("/1/take").json["writes"]
    work()
    [listed] = ask("", "get").json["lists"]
    assert (listed["brought"]["new_tags"], listed["at_work"]) == (1, False)
    assert ask("/1", "delete").status_code == 204
    for wrong in ({}, {"name": "a", "text": "x"}, {"name": "tags", "text": "x", "kind": "posts"}):
        assert ask("", **wrong).status_code == 400
