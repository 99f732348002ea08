"""The history in a real browser: by mouse, by keyboard alone, and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import edit_posts
from homebooru.services.editing.box import read_box
from homebooru.services.editing.posts import edit_post
from tests.web.browsing import DESK, PHONE

ME = Hand(account_id=1)
WAYS = {
    "mouse": (DESK, lambda found: found.click()),
    "keys": (DESK, lambda found: found.press("Enter")),
    "phone": (PHONE, lambda found: found.tap()),
}


@pytest.fixture
def edited(posts, sessions):
    """Three posts of which a sun came and a cat went, and one of which a dog went."""
    edit_posts(sessions, posts, "sun -cat", EVERYTHING, ME, create=True)
    edit_post(sessions, posts[1], Edit(remove=frozenset({"dog"})), EVERYTHING, ME)
    return posts


def texts(sessions, posts):
    return [read_box(sessions, post, EVERYTHING).text for post in posts]


def to_history(page, way):
    if way == "keys":
        page.keyboard.press("g")
        page.keyboard.press("h")
    else:
        WAYS[way][1](page.get_by_role("contentinfo").get_by_role("link", name="History"))
    expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()


@pytest.mark.parametrize("way", WAYS)
def test_a_line_and_a_batch_are_taken_back_and_that_too(visit, edited, sessions, way):
    device, press = WAYS[way]
    page = visit(**device)
    page.goto("/tags")
    to_history(page, way)
    lines = page.locator(".history-line")
    for count, now in ((3, "dog sun"), (4, "sun")):
        press(lines.first.get_by_role("button", name="Undo"))
        expect(lines).to_have_count(count)
        expect(lines.first).to_contain_text("taken back")
        assert texts(sessions, edited) == ["dog sun", now, "dog sun"]
    for now in (["cat dog", "cat", "cat dog"], ["dog sun", "sun", "dog sun"]):
        press(page.get_by_role("link", name="Undo…").first)
        expect(page.get_by_text("3 posts would be as they were before.")).to_be_visible()
        press(page.get_by_role("button", name="Take it back"))
        expect(page.get_by_text("3 posts were changed.")).to_be_visible()
        assert texts(sessions, edited) == now
        to_history(page, way)
        expect(lines.first).to_contain_text("took back")
    press(page.get_by_text("Post by post").first)
    expect(page.locator("details .history-line")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
