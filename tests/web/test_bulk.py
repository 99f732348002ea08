"""Editing many posts: the form, what it would change, scripts by click and key, and undo."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from homebooru.db.tables import EditBatchRow
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing import batches
from homebooru.services.keeping.pool_views import get_pool
from homebooru.services.keeping.pools import add_pool
from homebooru.web.editing import batches as pages
from tests.integration.services.conftest import Quiet
from tests.web import browsing
from tests.web.visiting import token_of

FIELD = "csrf_token"
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def posts(house):
    return [house.add(f"{n}.png", seed=n, tags="cat" if n else "cat sun") for n in range(4)]


def send(client, path, **form):
    return client.post(path, data={FIELD: token_of(client), **form}, headers=FRAGMENT)


def tagged(house, name):
    with house.deps.sessions() as session:
        names = dict(session.execute(sa.text("select id, name from tag")).all())
        rows = session.scalars(sa.select(house.row).order_by(house.row.id))
        return [row.id for row in rows if name in {names[tag] for tag in row.tag_ids}]


def test_many_are_shown_what_would_change_before_it_does(client, house, posts, monkeypatch):
    page = client.get("/batches/new?q=cat&script=sun+rating%3As").text
    assert "4 posts would be edited" in page
    assert "3 posts get it" in page
    assert page.count("<img") >= 4
    monkeypatch.setattr(pages, "FEW", 3)
    shown = send(client, "/batches/new", q="cat", script="sun", rating="s", does="apply").text
    assert "4 posts would be edited" in shown
    assert "4 posts are not so yet" in shown
    assert tagged(house, "sun") == posts[:1]
    send(client, "/searches", name="Mine", tags="cat")
    wanted = {"q": "search:mine", "script": "sun", "previewed": "sun"}
    done = send(client, "/batches/new", **wanted, does="apply").text
    assert "4 posts were changed" in done
    assert tagged(house, "sun") == posts
    with house.deps.sessions() as session:
        [batch] = session.scalars(sa.select(EditBatchRow))
    assert send(client, f"/batches/{batch.id}/revert").status_code == 200
    assert tagged(house, "sun") == posts[:1]


def test_a_selection_is_edited_and_a_slip_is_asked_about_first(client, house, posts):
    ids = " ".join(map(str, posts[1:3]))
    asked = send(client, "/batches/new", ids=ids, script="snu -cat", does="apply").text
    assert "No post has these tags yet" in asked
    assert "Did you mean sun?" in asked
    assert tagged(house, "cat") == posts
    send(client, "/batches/new", ids=ids, script="snu -cat", create="yes", does="apply")
    assert (tagged(house, "snu"), tagged(house, "cat")) == (posts[1:3], [posts[0], posts[3]])
    assert "to change" in send(client, "/batches/new", ids=ids, does="apply").text
    wrong = send(client, "/batches/new", q="cat (", script="sun", does="apply")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)


def test_without_scripts_a_batch_is_ordered_followed_and_undone(client, house, posts, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    form = {FIELD: token_of(client), "q": "cat", "script": "moon", "create": "yes"}
    made = client.post("/batches/new", data=form | {"does": "apply"})
    assert made.status_code == 303
    assert "0 of 4 posts are done" in client.get(made.location).text
    batches.edit_due(house.deps.sessions, Quiet())
    assert "4 posts were changed" in client.get(made.location, headers=FRAGMENT).text
    assert client.get("/batches/99").status_code == 404
    undone = client.post(f"{made.location}/revert", data={FIELD: token_of(client)})
    batches.edit_due(house.deps.sessions, Quiet())
    assert "took back" in client.get(undone.location).text
    assert tagged(house, "moon") == []


def script(page, text, key="1"):
    page.get_by_role("button", name=key, exact=True).click()
    page.locator("#script-text").fill(text)


def test_scripts_by_mouse_flash_queue_and_are_taken_back(house, posts, page):
    page.goto("/posts?tags=cat+order:id")
    page.get_by_role("button", name="Scripts").click()
    script(page, "sun fav:me")
    page.locator(f"#post-{posts[1]} a").click()
    expect(page.locator(f"#post-{posts[1]}")).to_have_class(re.compile(r"\bdid\b"))
    expect(page.locator(".toast")).to_contain_text("sun fav:me")
    assert tagged(house, "sun") == posts[:2]
    page.keyboard.press("Control+z")
    expect(page.locator(".toast").last).to_contain_text("Taken back")
    assert tagged(house, "sun") == posts[:1]
    pool = add_pool(house.deps.sessions, "trip", EVERYTHING, posts=posts[2::-1])
    script(page, f"-pool:{pool.id}", "3")
    page.locator(f"#post-{posts[1]} a").click()
    expect(page.locator(".toast").last).to_contain_text("-pool:")
    with page.expect_response("**/pools/*/posts"):
        page.keyboard.press("Control+z")
    assert get_pool(house.deps.sessions, pool.id, EVERYTHING).posts == pool.posts
    script(page, "-cat", "2")
    page.get_by_text("Queue the pictures").click()
    for post in posts[2:]:
        page.locator(f"#post-{post} a").click()
    expect(page.locator(".item.queued")).to_have_count(2)
    page.get_by_role("button", name="Apply to the queue").click()
    expect(page.locator(".toast").last).to_contain_text("2 posts: -cat")
    assert tagged(house, "cat") == posts[:2]
    page.reload()
    page.get_by_role("button", name="Scripts").click()
    expect(page.locator("#script-text")).to_have_value("sun fav:me")
    with page.context.expect_page() as opened:
        page.locator(f"#post-{posts[0]} a").click(modifiers=["Control"])
    expect(opened.value).to_have_url(re.compile(rf"/posts/{posts[0]}"))


def test_scripts_and_the_trash_by_keys_alone(house, posts, page):
    page.goto("/posts?tags=cat+order:id")
    page.keyboard.press("t")
    page.keyboard.type("sun moon")
    page.keyboard.press("Tab")
    page.locator(f"#post-{posts[3]} a").focus()
    page.keyboard.press("Space")
    expect(page.locator(".toast.bad")).to_contain_text("moon")
    assert "409" in page.complaints.pop()
    page.get_by_role("button", name="Make new tags").press("Enter")
    expect(page.locator(".toast").last).to_contain_text("sun moon")
    assert tagged(house, "moon") == posts[3:]
    page.locator(f"#post-{posts[2]} a").focus()
    page.keyboard.press("Delete")
    expect(page.locator(f"#post-{posts[2]}")).to_have_class(re.compile("thrown"))
    page.keyboard.press("Control+z")
    expect(page.locator(f"#post-{posts[2]}")).not_to_have_class(re.compile("thrown"))
    page.goto(f"/posts/{posts[1]}?tags=cat+order:id")
    page.keyboard.press("Delete")
    expect(page).to_have_url(re.compile(rf"/posts/{posts[2]}\b"))
    page.locator(".toast").get_by_role("button", name="Undo").press("Enter")
    expect(page).to_have_url(re.compile(rf"/posts/{posts[1]}\b"))
    expect(page.get_by_role("button", name="Move to the trash")).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.locator(".toast").last).to_contain_text("Moved to the trash")
    page.goto("/trash")
    page.get_by_role("checkbox").press("Space")
    page.get_by_role("button", name="Restore what is ticked").press("Enter")
    expect(page.get_by_role("heading", name="Nothing is thrown away")).to_be_visible()


def test_a_selection_is_edited_by_keys_alone(house, posts, page):
    page.goto("/posts?tags=cat+order:id")
    for post in posts[1:3]:
        page.locator(f"#post-{post} a").focus()
        page.keyboard.press("x")
    page.get_by_role("button", name="Edit…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".tag-line input")).to_be_focused()
    page.keyboard.type("sun ")
    dialog.get_by_role("button", name="What would change?").press("Enter")
    expect(dialog.get_by_role("heading", name="2 posts would be edited")).to_be_visible()
    dialog.get_by_role("button", name="Edit 2 posts").press("Enter")
    expect(page.locator(".toast")).to_contain_text("2 posts were changed")
    assert tagged(house, "sun") == posts[:3]
    page.keyboard.press("Control+z")
    expect(page.locator(".toast").last).to_contain_text("Taken back")
    assert tagged(house, "sun") == posts[:1]


def test_all_that_is_found_is_scripted_by_touch_and_a_long_batch_shows_how_far_it_is(
    house, posts, phone, client, monkeypatch
):
    monkeypatch.setattr(batches, "BATCH", 2)
    phone.goto("/posts?tags=cat+order:id")
    phone.get_by_role("button", name="Scripts").tap()
    script(phone, 'fav:me source:"drawn by hand"')
    phone.locator(f"#post-{posts[0]} a").tap()
    expect(phone.locator(".toast")).to_contain_text("drawn by hand")
    assert client.get(f"/api/posts/{posts[0]}").json["sources"] == ["drawn by hand"]
    script(phone, "fav:me -cat rating:s", "2")
    phone.get_by_role("button", name="Select", exact=True).tap()
    phone.get_by_role("button", name="Select all 4").tap()
    phone.get_by_role("button", name="Apply to the selection").tap()
    dialog = phone.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="4 posts would be edited")).to_be_visible()
    assert client.get("/counts/posts.json?tags=fav:me").json["counts"]["posts"] == 4
    dialog.get_by_role("button", name="Edit 4 posts").tap()
    bar = phone.get_by_role("progressbar", name="Posts that are done")
    expect(bar).to_have_attribute("value", "0")
    batches.edit_due(house.deps.sessions, Quiet(batches=1))
    expect(bar).to_have_attribute("value", "2")
    assert tagged(house, "cat") == posts[2:]
    batches.edit_due(house.deps.sessions, Quiet())
    expect(phone.locator(".toast").last).to_contain_text("4 posts were changed")
    expect(bar).to_have_count(0)
    assert tagged(house, "cat") == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_selection_is_edited_on_a_phone(house, posts, visit):
    page = visit(**browsing.PHONE)
    page.goto("/posts?tags=cat+order:id")
    page.get_by_role("button", name="Select", exact=True).tap()
    for post in posts[:2]:
        page.locator(f"#post-{post} a").tap()
    page.get_by_role("button", name="Edit…").tap()
    dialog = page.get_by_role("dialog")
    dialog.locator(".tag-line input").fill("-cat")
    dialog.get_by_label("Rating").select_option("s")
    dialog.get_by_role("button", name="What would change?").tap()
    expect(dialog.get_by_role("heading", name="2 posts would be edited")).to_be_visible()
    dialog.get_by_role("button", name="Edit 2 posts").tap()
    expect(page.locator(".toast")).to_contain_text("2 posts were changed")
    assert tagged(house, "cat") == posts[2:]
    page.get_by_role("button", name="Undo").tap()
    expect(page.locator(".toast").last).to_contain_text("Taken back")
    assert tagged(house, "cat") == posts
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
