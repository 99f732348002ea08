"""Files at addresses that carry their own permission."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from homebooru.db.tables import AccountRow
from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts
from homebooru.services.accounts.tickets import holder, issue
from homebooru.web import create_app
from tests import corpus
from tests.web.visiting import PASSWORD, key_of

KINDS = ("file_url", "large_file_url", "preview_file_url")


@pytest.fixture
def bo(sessions, ada):
    return accounts.add_account(sessions, "Bo", PASSWORD, ceiling=Rating.SENSITIVE)


def urls_of(client, sessions, post_id, name="Bo"):
    asked = {"login": name, "api_key": key_of(sessions, name)}
    post = client.get(f"/posts/{post_id}.json", query_string=asked).json
    return {kind: urlsplit(post[kind]).path for kind in KINDS}


def test_files_are_fetched_without_a_login(app, house, sessions, bo):
    content = corpus.png(1200, 40, seed=1)
    post = house.add(content=content, rating=Rating.GENERAL, width=1200, height=40)
    urls = urls_of(app.test_client(), sessions, post)
    stranger = app.test_client()
    file = stranger.get(urls["file_url"])
    assert (file.data, file.mimetype) == (content, "image/png")
    assert file.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    part = stranger.get(urls["file_url"], headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.data) == (206, content[2:6])
    again = stranger.get(urls["file_url"], headers={"If-None-Match": file.headers["ETag"]})
    assert again.status_code == 304
    sample, preview = (stranger.get(urls[kind]) for kind in KINDS[1:])
    assert sample.mimetype == preview.mimetype == "image/webp"
    assert sample.data != preview.data
    assert "immutable" in preview.headers["Cache-Control"]
    assert "Set-Cookie" not in file.headers


def test_an_address_opens_nothing_else(app, house, sessions, bo):
    posts = [house.add(f"{n}.png", corpus.png(seed=n), rating=Rating.GENERAL) for n in range(2)]
    mine, other = (urls_of(app.test_client(), sessions, post) for post in posts)
    _, data, ticket, kind, post, name = mine["file_url"].split("/")
    account, until, seal = ticket.split("-", 2)
    made_up = [
        (ticket, "preview", post, name),
        (ticket, "sample", post, name),
        (ticket, kind, str(posts[1]), name),
        (ticket, kind, str(posts[1]), other["file_url"].rpartition("/")[2]),
        (ticket, kind, post, "other.png"),
        (f"1-{until}-{seal}", kind, post, name),
        (f"{account}-{int(until) + 1}-{seal}", kind, post, name),
        (f"{account}-{until}-{seal[:-1]}{'A' if seal[-1] != 'A' else 'B'}", kind, post, name),
        (f"{account}-{until}-", kind, post, name),
        (f"{account}-{until}-{'ä' * 43}", kind, post, name),
        ("x", kind, post, name),
        (other["preview_file_url"].split("/")[2], kind, post, name),
    ]
    stranger = app.test_client()
    for parts in made_up:
        answer = stranger.get("/".join(("", data, *parts)))
        assert answer.status_code == 403, parts
    for where in (f"/posts/{post}", f"/posts/{post}.json", f"/posts/{post}/file", "/posts.json"):
        assert stranger.get(where, query_string={"ticket": ticket}).status_code in {303, 401}
    assert stranger.get(mine["file_url"]).status_code == 200


def test_an_address_is_worth_what_its_account_may_see_now(app, house, sessions, bo):
    post = house.add(rating=Rating.SENSITIVE)
    urls = urls_of(app.test_client(), sessions, post)
    with sessions.begin() as session:
        session.execute(
            sa.update(AccountRow).where(AccountRow.id == bo.id).values(rating_ceiling="g")
        )
    assert [app.test_client().get(url).status_code for url in urls.values()] == [404, 404, 404]
    accounts.remove_account(sessions, "Bo")
    assert [app.test_client().get(url).status_code for url in urls.values()] == [403, 403, 403]


def test_without_an_account_files_are_for_this_machine_alone(client, house):
    post = client.get(f"/posts/{house.add()}.json").json
    where = urlsplit(post["file_url"]).path
    assert client.get(where).status_code == 200
    assert client.get(where, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_addresses_stay_the_same_for_half_a_day_and_end_within_two(deps, house):
    secret, now = b"s" * 32, datetime(2026, 5, 1, tzinfo=UTC)
    ticket = issue(secret, 7, "thing", now)
    assert issue(secret, 7, "thing", now + timedelta(hours=11)) == ticket
    assert holder(secret, ticket, "thing", now + timedelta(hours=35)) == 7
    assert holder(secret, ticket, "thing", now + timedelta(hours=36)) is None
    assert holder(b"t" * 32, ticket, "thing", now) is None
    assert holder(secret, ticket, "other", now) is None


def test_every_process_knows_the_addresses_of_the_others(deps, house, client):
    where = urlsplit(client.get(f"/posts/{house.add()}.json").json["file_url"]).path
    assert create_app(deps).test_client().get(where, buffered=True).status_code == 200
    [file] = (deps.settings.data / "secrets").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(file.read_bytes()) == 32


def test_addresses_are_those_that_the_visitor_called(client, house):
    post = house.add()
    told = client.get(f"/posts/{post}.json", base_url="http://127.0.0.1:5001/my/pictures").json
    assert told["file_url"].startswith("http://127.0.0.1:5001/my/pictures/data/")
