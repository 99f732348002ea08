"""Answers of boorus in what gallery-dl keeps of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.errors import Unreadable
from homebooru.files.takeover.gallerydl import answer_in, is_gallery
from tests.takeovers import row_of

MD5 = "0123456789abcdef" * 2
ADDED = {"filename": MD5, "extension": "png", "date": "2025-01-02 03:04:05", "category": "x"}
JSON = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=3), max_size=2)


def kept(site, more, **tags):
    """Return a post as gallery-dl keeps it: with fields of its own, and `more` in place of others."""
    return row_of(site, MD5, **tags) | ADDED | more


def test_a_post_is_put_together_as_the_booru_tells_it():
    lists = {"tags": ["a", "b"], "tags_artist": ["a"], "tags_general": ["b"]}
    site, md5, row = answer_in(kept("danbooru", lists, artist="a", general="b"))
    assert (site, md5, row) == ("danbooru", MD5, row_of("danbooru", MD5, artist="a", general="b"))
    kinds = {kind: [] for kind in row_of("e621", MD5)["tags"]}
    lists = {f"tags_{kind}": names for kind, names in (kinds | {"species": ["cat"]}).items()}
    site, md5, row = answer_in(kept("e621", lists | {"tags": ["cat"]}, species="cat"))
    assert (site, md5, row) == ("e621", MD5, row_of("e621", MD5, species="cat"))
    texts = {"tags_artist": "it's", "tags_metadata": "hi"}
    site, md5, row = answer_in(kept("gelbooru", texts, artist="it's", meta="hi"))
    assert row == row_of("gelbooru", MD5, artist="it's", meta="hi") | {
        "kinds": {"it's": 1, "hi": 5}
    }
    site, md5, row = answer_in(kept("yandere", {"tags_circle": "us"}, circle="us"))
    assert row == row_of("yandere", MD5, circle="us") | {"kinds": {"us": "circle"}}


@pytest.mark.parametrize(
    "post",
    [
        kept("gelbooru", {}, general="sky"),
        kept("gelbooru", {"tags_artist": "someone"}, artist="someone", general="sky"),
        kept("yandere", {}, general="sky"),
        kept("e621", {"tags": ["cat"]}, species="cat"),
        kept("danbooru", {"file_url": "http://127.0.0.1:5000/a.png"}),
        kept("danbooru", {"file_url": "https://files.yande.re/a.png"}),
        kept("danbooru", {"md5": None}),
        {"category": "pixiv", "id": 5, "tags": ["sky"]},
    ],
)
def test_what_lacks_a_part_or_is_from_elsewhere_is_no_answer(post):
    assert answer_in(post) is None


@given(st.sampled_from(["danbooru", "e621", "gelbooru", "yandere"]), st.data())
def test_whatever_stands_in_a_post_it_is_an_answer_or_none(site, data):
    post = kept(site, {"tags_general": "sky"}, general="sky")
    for key in data.draw(st.lists(st.sampled_from(sorted(post)), max_size=4)):
        post[key] = data.draw(JSON)
    try:
        found = answer_in(post)
    except Unreadable:
        return
    assert found is None or found[:2] == (site, MD5)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"category": "nhentai", "gallery_id": 5, "tags": ["sky"]}, True),
        ({"category": "imhentai", "subcategory": "gallery"}, True),
        ({"category": "pixiv", "subcategory": "user", "id": 5}, False),
        (kept("danbooru", {"subcategory": "gallery"}), False),
    ],
)
def test_only_a_gallery_speaks_of_all_pictures_beside_it(info, expected):
    assert is_gallery(info) is expected
