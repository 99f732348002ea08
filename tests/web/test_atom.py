"""Feeds: well-formed whatever things are called, for readers that cannot log in, and for nobody else."""

from __future__ import annotations

import html
from datetime import datetime
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from lxml import etree

from homebooru.db.tables import PostRow
from homebooru.domain.accounts import Right
from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts, keys
from homebooru.services.accounts.accounts import scope_of
from homebooru.services.keeping.searches import change_search, remove_search, save_search
from homebooru.web.keeping import atom
from tests.web.visiting import PASSWORD, log_in

NAMES = {"a": "http://www.w3.org/2005/Atom"}
REMOTE = {"REMOTE_ADDR": "192.0.2.7"}
HOSTILE = "\"><script>alert(1)</script>&amp;]]>\x0b\x1b\ufffe\u202e'"


def feed_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/atom+xml"
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(answer.data, parser)


def texts(feed, path: str) -> list[str]:
    return feed.xpath(path, namespaces=NAMES)


def address_in(page: str) -> str:
    """Return the address of the feed that a page names to feed readers."""
    _, _, rest = page.partition('type="application/atom+xml"')
    return html.unescape(rest.split('href="', 1)[1].split('"', 1)[0])


@pytest.fixture
def cats(house):
    return [
        house.add(
            f"{n}.png", tags="cat", seed=n, rating=Rating.EXPLICIT if n == 1 else Rating.GENERAL
        )
        for n in range(3)
    ]


def test_a_feed_tells_what_the_rfc_asks_for_the_newest_first(client, cats, monkeypatch):
    monkeypatch.setattr(atom, "ENTRIES", 2)
    feed = feed_of(client.get("/posts.atom?tags=cat+order:score+limit:1"))
    for needed in ("id", "title", "updated", "author/a:name"):
        assert len(texts(feed, f"/a:feed/a:{needed}")) == 1
    pages = texts(feed, "//a:entry/a:link[@rel='alternate']/@href")
    assert [urlsplit(page).path for page in pages] == [f"/posts/{n}" for n in (cats[2], cats[1])]
    assert all(page.startswith("http://localhost/") for page in pages)
    for entry in texts(feed, "//a:entry"):
        for needed in ("id", "title", "updated", "content"):
            assert len(texts(entry, f"a:{needed}")) == 1
        moment = datetime.fromisoformat(texts(entry, "a:updated/text()")[0])
        assert moment.tzinfo is not None
        [content] = texts(entry, "a:content[@type='html']/text()")
        image = etree.fromstring(content, etree.HTMLParser()).find(".//img")
        where = urlsplit(image.get("src"))
        assert (where.scheme, where.netloc) == ("http", "localhost")
        assert client.get(where.path).mimetype == "image/webp"
    assert texts(feed, "/a:feed/a:updated/text()") == [
        max(texts(feed, "//a:entry/a:updated/text()"))
    ]
    ids = texts(feed, "//a:id/text()")
    assert len(set(ids)) == 3
    assert all(name.startswith("tag:homebooru,") for name in ids)
    same = feed_of(client.get("/posts.atom?tags=cat", base_url="http://127.0.0.1:5000"))
    assert texts(same, "//a:entry/a:id/text()") == texts(feed, "//a:entry/a:id/text()")


def test_a_feed_that_did_not_change_is_not_sent_again(client, cats, sessions):
    first = client.get("/posts.atom?tags=cat")
    tag, since = first.headers["ETag"], first.headers["Last-Modified"]
    for known in ({"If-None-Match": tag}, {"If-Modified-Since": since}):
        again = client.get("/posts.atom?tags=cat", headers=known)
        assert (again.status_code, again.data) == (304, b"")
    with sessions.begin() as session:
        session.execute(
            sa.update(PostRow).where(PostRow.id == cats[0]).values(trashed_at=sa.func.now())
        )
    known = {"If-None-Match": tag, "If-Modified-Since": since}
    assert len(texts(feed_of(client.get("/posts.atom?tags=cat", headers=known)), "//a:entry")) == 2


def test_a_feed_is_well_formed_whatever_things_are_called(client, house, sessions):
    post_id = house.add("a.png", tags="cat", description=HOSTILE)
    house.add("b.jpg", b"broken", state="unreadable", thumbnails=False)
    house.set_path(post_id, b"a.png")
    house.name_tag("cat", HOSTILE.replace("\x0b", "").replace("\x1b", ""))
    feed = feed_of(client.get("/posts.atom", query_string={"tags": ""}))
    [broken, named] = texts(feed, "//a:entry/a:content/text()")
    shown = etree.fromstring(f"<div>{named}</div>", etree.HTMLParser())
    assert shown.find(".//script") is None
    assert "<script>alert(1)</script>" in "".join(shown.itertext())
    assert "b.jpg</a>" in broken
    assert "<img" not in broken
    empty = feed_of(client.get("/posts.atom", query_string={"tags": f'filename:"{HOSTILE[2:11]}"'}))
    assert texts(empty, "//a:entry") == []
    assert len(texts(empty, "/a:feed/a:updated")) == 1


def test_a_search_that_makes_no_sense_is_told(client, cats):
    assert client.get("/posts.atom?tags=cat+(").status_code == 400


def test_a_reader_without_a_login_reads_this_feed_and_its_thumbnails_alone(app, client, ada, cats):
    log_in(client)
    feed = address_in(client.get("/posts?tags=cat").text)
    assert "pass=1-" in feed
    reader = app.test_client()
    told = feed_of(reader.get(feed, environ_base=REMOTE))
    assert len(texts(told, "//a:entry")) == 3
    for content in texts(told, "//a:entry/a:content/text()"):
        image = etree.fromstring(content, etree.HTMLParser()).find(".//img").get("src")
        answer = reader.get(urlsplit(image).path, environ_base=REMOTE)
        assert answer.mimetype == "image/webp"
        assert reader.get(urlsplit(image).path.replace(".webp", "9.webp")).status_code == 403
    for other in (
        feed.replace("tags=cat", "tags=dog"),
        feed.replace("tags=cat&", ""),
        feed[:-1] + ("A" if feed[-1] != "A" else "B"),
        feed.replace("pass=1-", "pass=2-"),
        feed.replace("pass=1-", "pass="),
        feed.replace("/posts.atom", "/searches/1.atom"),
    ):
        assert reader.get(other).status_code == 403, other
    assert reader.get("/posts.atom?tags=cat").location.startswith("/login")
    assert reader.get(feed.replace(".atom", "")).location.startswith("/login")


def test_a_feed_tells_no_more_than_its_account_may_see_and_ends_with_its_password(
    app, client, ada, sessions, cats
):
    accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.GENERAL)
    log_in(client, "Bo")
    feed = address_in(client.get("/posts?tags=cat").text)
    reader = app.test_client()
    told = feed_of(reader.get(feed))
    assert [urlsplit(page).path for page in texts(told, "//a:entry/a:link/@href")] == [
        f"/posts/{cats[2]}",
        f"/posts/{cats[0]}",
    ]
    accounts.set_password(sessions, "Bo", "other quiet words")
    assert reader.get(feed).status_code == 403
    assert reader.get(feed.replace("tags=cat", "tags=")).status_code == 403
    accounts.remove_account(sessions, "Bo")
    assert reader.get(feed).status_code == 403


def test_the_feed_of_a_saved_search_follows_it_and_goes_with_it(app, client, ada, sessions, cats):
    log_in(client)
    scope = scope_of(ada)
    saved = save_search(sessions, ada.id, HOSTILE[9:20], "cat", scope)
    page = client.get("/searches").text
    _, _, rest = page.partition(f'href="/searches/{saved.id}.atom')
    feed = f"/searches/{saved.id}.atom" + html.unescape(rest.split('"', 1)[0])
    reader = app.test_client()
    before = feed_of(reader.get(feed))
    change_search(sessions, ada.id, str(saved.id), scope, name="Others", query="cat rating:e")
    after = feed_of(reader.get(feed))
    assert texts(after, "/a:feed/a:id/text()") == texts(before, "/a:feed/a:id/text()")
    assert [len(texts(each, "//a:entry")) for each in (before, after)] == [3, 1]
    assert texts(after, "/a:feed/a:title/text()") == ["Others · HomeBooru"]
    assert feed_of(client.get("/searches/others.atom")) is not None
    assert reader.get("/searches/others.atom").location.startswith("/login")
    remove_search(sessions, ada.id, "others")
    assert reader.get(feed).status_code == 404


def test_a_program_with_a_key_reads_feeds_too(app, sessions, ada, cats):
    key = keys.add_key(sessions, ada.id, "reader", Right.READ)
    answer = app.test_client().get("/posts.atom", headers={"Authorization": f"Bearer {key}"})
    assert len(texts(feed_of(answer), "//a:entry")) == 3
