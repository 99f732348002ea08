"""Review in a real browser: by keys alone, by swipes on a phone, by mouse; one by one, and walls."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.db.tables import PostRow
from homebooru.domain.said import Said
from homebooru.services.tags.claiming import keep_claims
from tests import corpus
from tests.factories import said_tags

PATIENCE = 20_000  # milliseconds for an answer, whatever else the machine is busy with


@pytest.fixture
def suggested(house, sessions):
    """Posts of which a model thinks that there is a cat, the most open question first."""
    posts = [
        house.add(f"{n}.png", corpus.png(480, 320, seed=n), width=480, height=320) for n in range(6)
    ]
    with sessions.begin() as session:
        for number, post in enumerate(posts):
            guess = Said(tags=said_tags("cat"), confidences=(0.49 - number / 100,))
            keep_claims(session, {(post, "camie"): guess})
    return posts


def with_cat(sessions, posts):
    with sessions() as session:
        return [bool(session.get_one(PostRow, post).tag_ids) for post in posts]


def question(page, done):
    expect(page.get_by_text(f"{done} of 6")).to_be_visible(timeout=PATIENCE)


def test_by_keys_alone_with_undo_and_leaving_loses_nothing(page, suggested, sessions):
    page.goto("/posts", wait_until="networkidle")
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    page.get_by_role("link", name="Suggestions").press("Enter")
    page.wait_for_url("**/review/suggestions")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    expect(page.locator("#why li").first).to_be_visible()
    for done, key in enumerate("yxs", 1):
        page.keyboard.press(key)
        question(page, done)
    expect(page.locator(".question")).to_be_focused()
    page.keyboard.press("2")  # the second answer: no
    question(page, 4)
    page.keyboard.press("u")
    question(page, 3)
    page.goto("/posts", wait_until="networkidle")
    page.goto("/review/suggestions", wait_until="networkidle")
    question(page, 3)
    for done in (4, 5):
        page.keyboard.press("y")
        question(page, done)
    page.keyboard.press("y")
    expect(page.get_by_role("heading", name="This batch is done")).to_be_visible()
    assert with_cat(sessions, suggested) == [True, False, False, True, True, True]
    page.get_by_role("button", name="Ask the skipped one again").press("Enter")
    expect(page.get_by_text("0 of 1")).to_be_visible()
    assert page.complaints == []


def swipe(page, along):
    box = page.locator(".desk-picture").bounding_box()
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    fingers = page.context.new_cdp_session(page)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [middle]})
    for part in (0.3, 0.6, 1):
        point = middle | {"x": middle["x"] + part * along}
        fingers.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_by_swipes_on_a_phone(phone, suggested, sessions):
    phone.goto("/review/suggestions", wait_until="networkidle")
    swipe(phone, 20)  # too short to say anything
    question(phone, 0)
    swipe(phone, 120)
    question(phone, 1)
    swipe(phone, -120)
    question(phone, 2)
    phone.get_by_role("button", name="Take the last answer back").tap()
    question(phone, 1)
    swipe(phone, -120)
    question(phone, 2)
    assert with_cat(sessions, suggested)[:3] == [True, False, False]
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.complaints == []


def test_by_mouse_one_at_a_time_and_then_a_wall(page, suggested, sessions):
    page.goto("/review", wait_until="networkidle")
    page.get_by_role("link", name="Suggestions").click()
    page.get_by_text("Why is this asked?").click()
    expect(page.locator("#why li").first).to_be_visible()
    for done, answer in enumerate(("Yes", "No", "Skip"), 1):
        page.get_by_role("button", name=answer, exact=True).click()
        question(page, done)
    for done in (2, 1, 0):
        page.get_by_role("button", name="Take the last answer back").click()
        question(page, done)
    assert with_cat(sessions, suggested) == [False] * 6
    page.get_by_role("link", name="Review", exact=True).last.click()
    page.get_by_role("link", name="cat 6").click()
    expect(page.get_by_role("button", name="Accept 6, reject 0")).to_be_visible()
    page.locator(".brick").nth(0).click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Accept 4, reject 2")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    assert with_cat(sessions, suggested) == [False, False, True, True, True, True]
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Accept 6, reject 0")).to_be_visible()
    assert with_cat(sessions, suggested) == [False] * 6
    assert page.complaints == []
