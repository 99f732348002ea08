"""Whatever people, files and strangers call things, no page takes it for markup or runs it."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.factories import edit_post
from tests.web.attack.hostile import CANARY, occupy
from tests.web.browsing import DESK
from tests.web.furnished import furnish
from tests.web.test_accessibility import PAGES
from tests.web.visiting import addresses

WATCH = "window.canary = () => { window.ran = true; }"
# Tells what of a document is markup that nobody wrote.
MADE = """(text) => {
    const page = text === null ? document : new DOMParser().parseFromString(text, "text/html");
    const names = ["href", "src", "action", "formaction"];
    const leads = (each) => names.some((name) =>
        /^\\s*(javascript|vbscript|data:text)/i.test(each.getAttribute(name) ?? ""));
    const places = [...page.querySelectorAll("[href], [src], [action], [formaction]")];
    const made = [...page.querySelectorAll("canary-mark, [onerror], img[src='x']")];
    return [
        ...(window.ran ? ["a script ran"] : []),
        ...(page.body.textContent.includes("</script>49") ? ["a template was filled in"] : []),
        ...[...made, ...places.filter(leads)].map((each) => each.outerHTML.slice(0, 120)),
    ];
}"""
# What of the canary may lie anywhere; the least that tables must take up, so that it is a test.
TAKEN = {
    "account.name", "album.name", "api_key.name", "asset.description", "claim.description",
    "edit_batch.script", "location.folder", "location.name", "person.name", "pool.description",
    "pool.name", "post.description", "post.place", "post.sources", "push_tag.value",
    "record.remote_id", "remote_tag.value", "root.name", "saved_search.name", "saved_search.query",
    "statement.said", "tag.name", "tag_description.text", "tag_list.name", "verdict.reason",
    "web_session.user_agent",
}  # fmt: skip


# What a page may be asked with.
ASKED = {
    "tags": CANARY, "q": CANARY, "query": CANARY, "script": f"{CANARY} -cat", "tag": CANARY,
    "name": CANARY, "next": f"javascript:canary()//{CANARY}", "page": CANARY, "limit": CANARY,
    "by": CANARY, "order": CANARY, "kind": CANARY, "queue": CANARY, "ids": CANARY,
}  # fmt: skip


@pytest.fixture
def occupied(house, sessions, database_url):
    furnish(house)
    with sessions.begin() as session:
        edit_post(session, 1, f"source:javascript:canary()//{CANARY}")
    assert occupy(database_url) >= TAKEN
    return house


@pytest.fixture
def page(visit):
    """A page without a policy, so that what became a script does run."""
    page = visit(bypass_csp=True, **DESK)
    page.add_init_script(WATCH)
    yield page
    page.complaints.clear()  # of pictures that are not there


def text_of(client, where):
    """Return a page that shows a name, or nothing."""
    answer = client.get(where)
    assert answer.status_code < 500, where
    is_page = answer.mimetype == "text/html" and "canary-mark" in answer.text
    return answer.text if is_page else ""


def test_no_name_becomes_markup_or_a_script_on_any_page(occupied, app, client, page):
    shown = addresses(app, "GET", filename="css/none", tag=CANARY, name=CANARY).values()
    walked = [where for where in {*PAGES, *shown} if text_of(client, where)]
    for where in walked:
        page.goto(where, wait_until="domcontentloaded")
        assert page.evaluate(MADE, None) == [], where
    assert len(walked) > 40
    complete_a_name(page)
    # what is asked for comes back without a script's help
    asked = [f"{where.split('?')[0]}?{urlencode(ASKED)}" for where in shown]
    texts = [text_of(client, where) for where in (*asked, f"/nowhere/{CANARY}")]
    assert [made for text in texts if text and (made := page.evaluate(MADE, text))] == []
    assert len(list(filter(None, texts))) > 20


def complete_a_name(page):
    """Have scripts make elements of what they are told."""
    page.goto("/posts")
    page.keyboard.press("/")
    page.keyboard.type("pool:")
    expect(page.get_by_role("option").filter(has_text="canary-mark").first).to_be_visible()
    assert page.evaluate(MADE, None) == []
