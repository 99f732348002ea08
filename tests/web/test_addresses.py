"""Addresses that are made many at a time are those that url_for makes."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from homebooru.web.addresses import addresses, page_address, search_address


@pytest.fixture(params=["http://here/", "http://here/2147483647/pictures/"])
def app(request):
    app = Flask(__name__, static_folder=None)
    for rule, endpoint in (
        ("/posts", "gallery.index"),
        ("/posts/<int(max=2147483647):post_id>", "posts.show"),
        ("/media/<string(length=64):digest>-<int:size>.webp", "media.thumbnail"),
        ("/static/<path:filename>", "static"),
    ):
        app.add_url_rule(rule, endpoint)
    with app.test_request_context(base_url=request.param):
        yield app


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "text", ["cat", "a b -c", 'a_(b) order:id&<x> "2147483647" ü%+#', "0" * 64]
)
def test_they_are_those_of_url_for(text):
    digest = "0123456789abcdef" * 4
    page_of = addresses("posts.show", "post_id", tags=text)
    small_of = addresses("media.thumbnail", "digest", size=360)

    assert page_of(17) == url_for("posts.show", post_id=17, tags=text)
    assert small_of(digest) == url_for("media.thumbnail", digest=digest, size=360)
    assert search_address(text) == url_for("gallery.index", tags=text)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("gallery.index", {}),
        ("gallery.index", {"tags": "a&b ü'", "page": 2, "limit": None}),
        ("gallery.index", {"tags": None}),
        ("gallery.index", {"tags": ["a", "b"], "page": 1}),
        ("gallery.index", {"tags": "a", "_anchor": "here", "_external": True}),
        ("posts.show", {"post_id": 3, "tags": "a b"}),
    ],
)
def test_an_address_is_the_one_of_url_for_whatever_is_said(endpoint, said):
    assert page_address(endpoint, **said) == url_for(endpoint, **said)
