"""Better files at boorus: told with their reasons, answered by people, never fetched."""

from __future__ import annotations

import pytest

from homebooru.db.queries.alike import originals
from homebooru.db.tables import PostRow
from homebooru.domain.lookups.outcomes import Found, Outcome, RemoteFile
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.services.accounts import accounts
from tests.web.visiting import PASSWORD, log_in, token_of

OURS = {"mime": "image/jpeg", "width": 800, "height": 600, "size": 100_000}


def told(*, md5="f" * 32, outcome=Outcome.HIT, **file):
    file = {"width": 800, "height": 600, "size": 100_000, "extension": "jpg"} | file
    return Found(outcome=outcome, remote_id="77", said=Said(md5=md5), file=RemoteFile(**file))


@pytest.fixture
def listed(client):
    def listed(query=""):
        return {
            one["post_id"]: one["gain"]
            for one in client.get(f"/api/upgrades{query}").json["upgrades"]
        }

    return listed


def answered(house, post, found, source="danbooru"):
    with house.deps.sessions.begin() as session:
        originals.keep(session, source, {post: found})


@pytest.mark.parametrize(
    ("found", "gain"),
    [
        (told(width=1600, height=1200), "larger"),
        (told(width=801), "larger"),
        (told(width=4000, height=500), None),  # another cut
        (told(width=400, height=300, size=9_000_000), None),
        (told(extension="png"), "lossless"),
        (told(size=130_000), "finer"),
        (told(size=120_000), None),
        (told(size=900_000, extension="gif"), None),
        (told(width=1600, height=1200, md5=None), None),
        (told(width=1600, height=1200, outcome=Outcome.HIDDEN), None),
        (Found(outcome=Outcome.MISS), None),
    ],
)
def test_a_file_is_better_that_has_more_of_the_picture(house, listed, found, gain):
    post = house.add("a.jpg", **OURS)
    answered(house, post, found)
    assert listed() == ({post: gain} if gain else {})


def test_our_own_file_is_no_better_than_itself(house, listed):
    post = house.add("a.jpg", **OURS)
    with house.deps.sessions() as session:
        md5 = session.get(PostRow, post).md5.hex()
    answered(house, post, told(width=1600, height=1200, md5=md5))
    assert listed() == {}


def test_a_word_is_kept_until_the_booru_tells_of_another_file(house, client, listed):
    post = house.add("a.jpg", **OURS)
    other = house.add("b.jpg", seed=2, **OURS)
    larger = told(width=1600, height=1200)
    answered(house, post, larger)
    page = client.get("/upgrades").text
    for words in ("1600 × 1200", "800 × 600", "larger", "danbooru.donmai.us/posts/77"):
        assert words in page
    assert [one["id"] for one in client.get("/api/posts?q=has:upgrade").json["posts"]] == [post]
    form = {"csrf_token": token_of(client), "wanted": "no"}
    assert client.post(f"/upgrades/{post}/danbooru", data=form).status_code == 303
    answered(house, post, larger)
    assert (listed(), listed("?unwanted=true")) == ({}, {post: "larger"})
    assert client.get("/api/posts?q=has:upgrade").json["count"] == 0
    assert client.get("/api/posts?q=-has:upgrade").json["count"] == 2
    answered(house, post, told(width=3200, height=2400))
    assert listed() == {post: "larger"}
    headers = {"X-CSRF-Token": token_of(client)}
    address = f"/api/upgrades/{post}/danbooru/unwanted"
    assert client.put(address, headers=headers).status_code == 204
    assert client.delete(address, headers=headers).status_code == 204
    assert listed() == {post: "larger"}
    assert (
        client.put(f"/api/upgrades/{other}/danbooru/unwanted", headers=headers).status_code == 404
    )


def test_of_what_somebody_may_not_see_nothing_is_told(house, client, listed, sessions):
    secret = house.add("a.jpg", rating=Rating.EXPLICIT, **OURS)
    answered(house, secret, told(width=1600, height=1200))
    accounts.add_account(sessions, "Ada", PASSWORD)
    accounts.add_account(sessions, "Tim", PASSWORD, ceiling=Rating.GENERAL)
    log_in(client, "Tim")
    assert client.get("/api/upgrades").json == {"count": 0, "upgrades": []}
    assert f"/posts/{secret}" not in client.get("/upgrades").text
    assert client.get("/api/posts?q=has:upgrade").json["count"] == 0
    headers = {"X-CSRF-Token": token_of(client)}
    address = f"/api/upgrades/{secret}/danbooru/unwanted"
    assert client.put(address, headers=headers).status_code == 404
