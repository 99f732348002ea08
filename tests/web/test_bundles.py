"""Many pictures in one download."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING
from homebooru.services import bundling, zipping
from homebooru.services.accounts import accounts
from tests import corpus
from tests.web.visiting import PASSWORD, log_in, token_of

FRAGMENT = {"X-Fragment": "1"}


def fetch(client, **form):
    token = re.search(r'name="csrf_token" value="(\w+)"', client.get("/account").text)[1]
    return client.post("/posts/zip", data=form | {"csrf_token": token})


def unpacked(answer) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} <= {zipfile.ZIP_STORED}
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_what_a_search_finds_comes_in_its_order_under_names_of_their_own(client, house):
    contents = [corpus.png(seed=n) for n in range(3)]
    for number, content in enumerate(contents):
        house.add("a.png", content, folder=f"f{number}", tags="cat")
    house.add("dog.png", seed=9, tags="dog")
    answer = fetch(client, tags="cat order:id")
    found = unpacked(answer)
    assert list(found.items()) == [
        ("a.png", contents[0]),
        ("a (2).png", contents[1]),
        ("a (3).png", contents[2]),
    ]
    assert answer.mimetype == "application/zip"
    assert 'filename="cat order_id.zip"' in answer.headers["Content-Disposition"]
    assert list(unpacked(fetch(client, tags="cat")).values()) == contents[::-1]


def test_selected_posts_come_as_they_were_named(client, house):
    posts = [house.add(f"{n}.png", seed=n) for n in range(3)]
    ids = f"{posts[2]},{posts[0]} {posts[2]},99999999999,x"
    assert list(unpacked(fetch(client, ids=ids))) == ["2.png", "0.png"]


def test_a_file_that_is_gone_is_left_out_and_the_zip_says_so(client, house):
    gone, there = house.add("gone.png", seed=1), house.add("there.png", seed=2)
    house.path_of(gone).unlink()
    found = unpacked(fetch(client, ids=f"{gone},{there}"))
    assert list(found) == ["there.png", bundling.LEFT_OUT]
    assert f"Post {gone}: The file of post {gone} is missing" in found[bundling.LEFT_OUT].decode()


def test_how_much_it_is_is_told_before(client, house):
    for number in range(2):
        house.add(f"{number}.png", seed=number, tags="cat", size=1024 * 1024)
    page = client.get("/posts/zip?tags=cat").text
    assert "2 pictures, 2.0 MB" in page
    assert 'name="tags" value="cat"' in page
    token = token_of(client, "/posts/zip?tags=cat")
    form = {"ids": "1", "csrf_token": token}
    part = client.post("/posts/zip", data=form, headers=FRAGMENT)
    assert "1 picture, 1.0 MB" in part.text
    assert "<html" not in part.text
    assert "nothing to download" in client.get("/posts/zip?tags=dog").text


def test_too_much_is_refused_in_words(client, house, monkeypatch):
    monkeypatch.setattr(bundling, "MOST_POSTS", 1)
    for number in range(2):
        house.add(f"{number}.png", seed=number, tags="cat")
    assert "too much for one download" in client.get("/posts/zip?tags=cat").text
    answer = fetch(client, tags="cat")
    assert answer.status_code == 400
    assert "too much for one download: 2 pictures" in answer.text
    assert fetch(client, tags="dog").status_code == 400
    assert fetch(client, tags="(").status_code == 400


def test_nobody_gets_more_than_they_may_see(app, house, sessions, ada):
    tame = house.add("tame.png", tags="cat", rating=Rating.GENERAL, seed=1)
    wild = house.add("wild.png", tags="cat", rating=Rating.EXPLICIT, seed=2)
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.GENERAL)
    client = app.test_client()
    log_in(client, "Bo")
    assert list(unpacked(fetch(client, ids=f"{wild},{tame}"))) == ["tame.png"]
    assert list(unpacked(fetch(client, tags="cat"))) == ["tame.png"]
    assert "1 picture," in client.get("/posts/zip?tags=cat").text
    assert client.post("/posts/zip", data={"tags": "cat"}).status_code == 403


def test_a_large_download_is_never_whole_in_memory(deps, house):
    content = corpus.png(1200, 1200, seed=1) + b"\0" * 3_000_000
    posts = [house.add("large.png", content, size=len(content))]
    pieces = list(bundling.zipped(deps.sessions, posts, EVERYTHING))
    assert max(map(len, pieces)) <= 2 * zipping.CHUNK
    assert len(b"".join(pieces)) > len(content)


@pytest.mark.parametrize("mtime", [-1, 0, 1e10, 1e18])
def test_far_times_are_told_as_near_as_a_zip_can(mtime):
    assert 1980 <= zipping.told(mtime)[0] <= 2107
