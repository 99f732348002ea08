"""Who says what of a post, who was asked about it, and asking again: as pages and answers tell it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.tables import RecordRow, ServiceRow
from homebooru.domain.said import Said
from homebooru.domain.tags import SaidTag
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.tags.claiming import keep_claims
from tests.factories import edit_post
from tests.web.visiting import token_of

ASKED = ("danbooru", "e621", "yandere", "saucenao", "iqdb")
SOON = datetime.now(UTC) + timedelta(minutes=40)


@pytest.fixture
def post(house, sessions):
    """A post about which some sources are to be asked."""
    keep_sources(sessions, ASKED)
    number = house.add("a.png")
    with sessions.begin() as session:
        session.execute(
            sa.insert(RecordRow), [{"post_id": number, "source": name} for name in ASKED]
        )
    return number


def answered(sessions, post, source, outcome, **more):
    with sessions.begin() as session:
        row = session.get_one(RecordRow, (post, source))
        row.outcome, row.asked_at = outcome, datetime(2026, 11, 3, 12, tzinfo=UTC)
        row.due, row.waits_since = datetime(2027, 1, 1, tzinfo=UTC), None
        for name, value in more.items():
            setattr(row, name, value)


def close(sessions, source, failure):
    with sessions.begin() as session:
        row = session.get_one(ServiceRow, source)
        row.closed_until, row.failure, row.reason = SOON, failure, "It said so."


def part(text, begin, end="</section>"):
    return " ".join(text.split(begin, 1)[1].split(end, 1)[0].split())


def test_a_post_without_tags_says_why(client, post, sessions):
    for name in ("danbooru", "e621", "yandere"):
        answered(sessions, post, name, "miss")
    close(sessions, "saucenao", "limited")
    text = part(client.get(f"/posts/{post}").text, 'class="quiet why">', "</p>")
    clock = SOON.astimezone().strftime("%H:%M")
    assert "Asked Danbooru, e621, yande.re: unknown." in text
    assert f"SauceNAO: limit reached until {clock}; IQDB: is to be asked." in text


def test_a_post_tells_what_each_source_answered_and_leads_there(client, post, sessions):
    answered(sessions, post, "danbooru", "hit", remote_id="77", similarity=0.933)
    answered(sessions, post, "e621", "hidden", remote_id="5")
    answered(sessions, post, "saucenao", "hit", remote_id="https://x.example/1", similarity=0.93)
    answered(sessions, post, "iqdb", "hint", remote_id="javascript:alert(1)", similarity=0.78)
    close(sessions, "yandere", "unavailable")
    text = part(client.get(f"/posts/{post}").text, 'id="sources-asked"')
    assert 'href="https://danbooru.donmai.us/posts/77"' in text
    assert "shows one that looks the same <span" in text
    assert "(93 %)" in text
    assert 'href="https://e621.net/posts/5"' in text
    assert "but not for everybody" in text
    assert 'href="https://x.example/1"' in text
    assert "may be it <span" in text
    assert "javascript:" not in text
    assert "out of order; asked again from" in text


def test_every_tag_tells_who_says_it_how_surely_when_and_where(client, post, sessions):
    answered(sessions, post, "danbooru", "hit", remote_id="77")
    with sessions.begin() as session:
        said = (SaidTag("cat"), SaidTag("dog"))
        keep_claims(session, {(post, "danbooru"): Said(tags=said)})
        keep_claims(session, {(post, "camie"): Said(tags=(SaidTag("bird"),), confidences=(0.42,))})
        edit_post(session, post, "mine -dog")
    text = part(client.get(f"/posts/{post}").text, 'class="provenance"', "</details>")
    cat = part(text, 'data-tag="cat"', "</ul>")
    assert "danbooru" in cat
    assert 'href="https://danbooru.donmai.us/posts/77"' in cat
    assert datetime.now().strftime("%Y-%m-%d") in cat  # noqa: DTZ005 (pages tell local time)
    assert "42 %" in part(text, 'data-tag="bird"', "</ul>")
    assert "rejected by" in part(text, 'data-tag="dog"', "</ul>")
    assert "a person" in part(text, 'data-tag="mine"', "</ul>")


@pytest.mark.parametrize("source", ["danbooru", ""])
def test_a_source_is_asked_again_by_a_button(client, post, sessions, source):
    answered(sessions, post, "danbooru", "hit", remote_id="77")
    answered(sessions, post, "e621", "miss")
    page = f"/posts/{post}"
    form = {"csrf_token": token_of(client, page), "source": source, "tags": "cat"}
    answer = client.post(f"{page}/ask", data=form)
    assert (answer.status_code, answer.location) == (303, f"{page}?tags=cat#sources-asked")
    assert "asked again: is to be asked" in part(client.get(page).text, 'data-source="danbooru"')
    with sessions.begin() as session:
        assert session.get_one(RecordRow, (post, "danbooru")).due <= datetime.now(UTC)
        waits = session.get_one(RecordRow, (post, "e621")).waits_since
    assert (waits is None) == bool(source)


def test_nobody_is_asked_again_who_may_not_be(client, post, sessions):
    keep_sources(sessions, ["e621"])
    page = f"/posts/{post}"
    form = {"csrf_token": token_of(client, page), "source": "danbooru"}
    assert client.post(f"{page}/ask", data=form).status_code == 409
    assert client.post("/posts/4711/ask", data=form).status_code == 404


def test_the_api_tells_what_was_answered(client, post, sessions):
    answered(sessions, post, "danbooru", "hit", remote_id="77", similarity=0.9)
    records = client.get(f"/api/posts/{post}").json["records"]
    assert [record["source"] for record in records] == list(ASKED)
    assert records[0] | {"similarity": None} == {
        "source": "danbooru",
        "outcome": "hit",
        "remote_id": "77",
        "address": "https://danbooru.donmai.us/posts/77",
        "similarity": None,
        "asked_at": records[0]["asked_at"],
        "is_awaited": False,
    }
