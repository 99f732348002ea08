"""Throwing posts away: on pages, in the API, with undo, and how the trash is emptied."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from homebooru.db.tables import AssetWishRow, MirrorRow
from homebooru.domain.immich.wishes import TRASH
from homebooru.files.trash import DiskTrash
from homebooru.jobs.inline import run_due
from homebooru.services.accounts import accounts
from homebooru.services.trash.moving import move_due
from tests import corpus
from tests.integration.services.conftest import Quiet
from tests.web.visiting import PASSWORD, log_in, token_of

FIELD = "csrf_token"


class Told(Quiet):
    """Goes on, whatever it is told of files."""

    def report_error(self, what, reason):
        pass


@pytest.fixture
def posts(house):
    return [house.add(f"{n}.png", seed=n, tags="cat") for n in range(3)]


@pytest.fixture
def work(deps):
    return lambda: move_due(deps.sessions, DiskTrash(), deps.thumbs, Quiet())


@pytest.fixture
def bob(app, sessions, ada):
    """Somebody who is no admin, logged in."""
    accounts.add_account(sessions, "Bob", PASSWORD)
    browser = app.test_client()
    log_in(browser, "Bob")
    return browser


def count(client, query):
    return client.get("/counts/posts.json", query_string={"tags": query}).json["counts"]["posts"]


def send(client, path, **form):
    return client.post(path, data={FIELD: token_of(client), **form})


def ask(client, method, path, **body):
    headers = {"X-CSRF-Token": token_of(client)}
    return client.open(path, method=method, json=body, headers=headers)


def test_what_is_thrown_away_is_out_of_sight_until_it_is_restored(client, house, posts, work):
    first, *others = posts
    before = house.path_of(first)
    assert send(client, f"/posts/{first}/trash").status_code == 303
    work()
    assert not before.exists()
    assert (count(client, "cat"), count(client, "cat is:trashed")) == (2, 1)
    assert client.get(f"/posts/{first}/file").status_code == 200
    assert "Restore from the trash" in client.get(f"/posts/{first}").text
    page = client.get("/trash").text
    assert "0.png" in page
    assert "1 file lies in trash folders" in page
    assert all(f"{n}.png" not in page for n in (1, 2))
    assert send(client, "/trash/restore", ids=[str(first)]).status_code == 303
    work()
    assert before.exists()
    assert count(client, "cat") == 3
    assert "Nothing is thrown away" in client.get("/trash").text
    for post in posts:
        send(client, f"/posts/{post}/trash", next="/posts?tags=cat")
    assert len(others) == 2
    send(client, "/trash/restore", all="yes")
    assert count(client, "cat") == 3


def test_on_a_phone_it_comes_back_beside_what_has_its_name_and_is_emptied(
    deps, house, posts, phone
):
    where = house.path_of(posts[0])
    phone.goto(f"/posts/{posts[0]}")
    phone.get_by_role("button", name="Move to the trash").tap()
    expect(phone.locator(".toast")).to_contain_text("Moved to the trash")
    run_due(deps, Told())
    where.write_bytes(b"something else")
    phone.goto("/trash")
    phone.get_by_role("checkbox").tap()
    phone.get_by_role("button", name="Restore what is ticked").tap()
    expect(phone.get_by_role("heading", name="Nothing is thrown away")).to_be_visible()
    run_due(deps, Told())
    expect(phone.get_by_text("so it is 0 (restored).png")).to_be_visible()
    assert house.path_of(posts[0]) == where.with_name("0 (restored).png")
    phone.goto(f"/posts/{posts[1]}")
    phone.get_by_role("button", name="Move to the trash").tap()
    expect(phone.locator(".toast")).to_contain_text("Moved to the trash")
    run_due(deps, Told())
    phone.goto("/trash")
    phone.get_by_role("link", name="Empty the trash…").tap()
    phone.get_by_label("I am sure").tap()
    phone.get_by_role("button", name="Remove 1 file").tap()
    expect(phone.get_by_role("heading", name="Trash")).to_be_visible()
    run_due(deps, Told())
    assert not list(house.folder.rglob("1*.png"))
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_by_mouse_its_toast_takes_it_back_and_the_page_of_the_trash_does(deps, house, posts, page):
    where = house.path_of(posts[0])
    page.goto(f"/posts/{posts[0]}")
    page.get_by_role("button", name="Move to the trash").click()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("Restored from the trash")
    page.goto(f"/posts/{posts[0]}")
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.locator(".toast")).to_contain_text("Moved to the trash")
    run_due(deps, Told())
    assert not where.exists()
    page.get_by_role("link", name="Trash", exact=True).last.click()
    page.get_by_role("button", name="Restore all").click()
    expect(page.get_by_role("heading", name="Nothing is thrown away")).to_be_visible()
    run_due(deps, Told())
    assert where.exists()


def told(client):
    trash = client.get("/api/trash").json
    return tuple(trash[name] for name in ("posts", "files", "size", "waiting"))


def test_programs_hear_what_follows_in_immich(client, deps, posts):
    ends = ["verified", "verified", "due", "undone", "gone", "failed"]
    with deps.sessions.begin() as session:
        owner = MirrorRow(owner_id=uuid4())
        session.add(owner)
        session.flush()
        for state in ends:
            reason = "It is locked." if state == "failed" else None
            which = {"owner_id": owner.owner_id, "remote_id": uuid4(), "post_id": posts[0]}
            wish = AssetWishRow(thing=TRASH, wanted=True, state=state, reason=reason, **which)
            session.add(wish)
    there = client.get("/api/trash").json["immich"]
    assert there == {
        "inside": 2,
        "waiting": 1,
        "undone": 1,
        "gone": 1,
        "failed": [{"reason": "It is locked.", "count": 1}],
    }


def test_programs_throw_away_and_take_it_back(client, posts):
    done = ask(client, "DELETE", f"/api/posts/{posts[0]}")
    assert done.json == {"id": posts[0], "trashed": True, "edit": done.json["edit"]}
    assert ask(client, "DELETE", f"/api/posts/{posts[0]}").json["edit"] is None
    assert told(client) == (1, 0, 0, 1)
    ask(client, "POST", f"/api/edits/{done.json['edit']}/revert")
    assert count(client, "cat") == 3
    ask(client, "DELETE", f"/api/posts/{posts[1]}")
    assert ask(client, "POST", f"/api/posts/{posts[1]}/restore").json["trashed"] is False
    assert count(client, "cat") == 3
    assert ask(client, "DELETE", "/api/posts/99").status_code == 404


def test_it_is_emptied_only_by_who_was_told_how_much_it_is(client, house, posts, work):
    paths = [house.path_of(post) for post in posts]
    for post in posts[:2]:
        ask(client, "DELETE", f"/api/posts/{post}")
    work()
    sizes = [len(corpus.png(seed=n)) for n in range(2)]
    assert client.get("/api/trash").json["size"] == sum(sizes)
    asked = client.get("/trash/empty").text
    assert "2 files" in asked
    assert send(client, "/trash/empty", files="2").status_code == 400
    assert send(client, "/trash/empty", files="1", sure="yes").status_code == 409
    assert ask(client, "POST", "/api/trash/empty").status_code == 400
    work()
    assert client.get("/api/trash").json["files"] == 2
    assert send(client, "/trash/empty", files="2", sure="yes").status_code == 303
    work()
    assert [path.exists() for path in paths] == [False, False, True]
    assert told(client) == (0, 0, 0, 0)
    assert count(client, "is:trashed is:missing") == 2
    assert client.get(f"/posts/{posts[0]}").status_code == 200
    assert "no file in the trash" in client.get("/trash/empty").text


def test_only_an_admin_empties_it_and_says_what_folders_do(client, house, posts, bob):
    assert bob.get("/trash").status_code == 200
    assert bob.get("/trash/empty").status_code == 403
    assert send(bob, "/trash/empty", files="0", sure="yes").status_code == 403
    assert send(bob, "/system/roots/1/trash/hide").status_code == 403
    log_in(client)
    assert send(client, "/system/roots/1/trash/hide").status_code == 303
    assert "only hidden" in client.get("/system").text
    send(bob, f"/posts/{posts[0]}/trash")
    assert house.path_of(posts[0]).exists()
    assert told(client) == (1, 0, 0, 0)
