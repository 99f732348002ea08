"""Editing a post in place in a real browser: by mouse, by keyboard alone, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.domain.editing.edits import Edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.box import read_box
from homebooru.services.editing.posts import edit_post
from homebooru.services.tags.claiming import keep_claims
from homebooru.services.tags.counting import fold_counts
from tests import corpus
from tests.factories import said_tags
from tests.web.browsing import DESK, PHONE


@pytest.fixture
def posts(house, sessions):
    size = {"width": 480, "height": 320}
    made = [
        house.add(f"{n}.png", corpus.png(480, 320, seed=n), tags="cat dog artist:ann", **size)
        for n in range(2)
    ]
    house.add("2.png", tags="cat sun tree", seed=9, thumbnails=False)
    fold_counts(sessions)
    return made


@pytest.fixture
def edit(visit):
    """Opens a post on a device."""

    def open_post(post, **device):
        page = visit(reduced_motion="reduce", **device)
        page.goto(f"/posts/{post}?tags=dog")
        page.wait_for_function("() => !document.querySelector('main :not(:defined)')")
        return page

    return open_post


def text(sessions, post) -> str:
    return read_box(sessions, post, EVERYTHING).text


def test_by_mouse_a_tag_is_typed_ticked_and_taken_back(posts, edit, sessions):
    page = edit(posts[0], **DESK)
    page.get_by_role("link", name="Edit", exact=True).click()
    editor = page.get_by_role("region", name="Edit this post")
    editor.get_by_role("button", name="Remove dog").click()
    editor.get_by_role("checkbox", name="sun").click()
    expect(editor.get_by_role("button", name="Remove sun")).to_be_visible()
    edit_post(sessions, posts[0], Edit(add=frozenset({"tree"})), EVERYTHING, Hand())
    editor.get_by_role("radio", name="questionable").check(force=True)
    editor.get_by_role("button", name="Save").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("Meanwhile others changed this post too")
    expect(editor).to_be_hidden()
    assert text(sessions, posts[0]) == "ann cat sun tree"
    expect(page.locator(".tags li[data-tag=sun]")).to_be_visible()
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Taken back:")
    expect(page.locator(".tags li[data-tag=dog]")).to_be_visible()
    assert text(sessions, posts[0]) == "ann cat dog tree"
    page.locator(".post-history .history-line").nth(0).get_by_role("button").click()
    expect(page.locator(".tags li[data-tag=dog]")).to_have_count(1)
    expect(page.locator(".rejected li[data-tag=dog]")).to_be_visible()


def test_by_keys_alone_with_a_mistake_and_a_slip_of_the_finger(posts, edit, sessions):
    page = edit(posts[0], **DESK)
    keys = page.keyboard
    keys.press("e")
    editor = page.get_by_role("region", name="Edit this post")
    field = editor.get_by_role("combobox", name="Tags", exact=True)
    expect(field).to_be_focused()
    keys.type("dgo rating:genral ")
    keys.press("Enter")
    area = editor.get_by_role("textbox", name="Tags")
    expect(area).to_be_focused()
    assert page.evaluate("getSelection().toString()") in {"", "genral"}
    expect(page.locator("#edit-mistake")).to_contain_text("at character")
    keys.type("general")
    keys.press("Control+Enter")
    expect(page.get_by_role("radio", name="I meant dog")).to_be_checked()
    page.get_by_role("radio", name="Make it, as").press("Space")
    page.get_by_role("combobox", name="Category of dgo").select_option("character")
    keys.press("Tab")
    field.press("Control+Enter")
    expect(page.locator("li[data-tag=dgo] .tag-character")).to_be_visible()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_focused()
    keys.press("j")
    keys.press("x")
    expect(page.locator(".rejected li[data-tag=ann]")).to_be_visible()
    keys.press("u")
    expect(page.locator(".rejected")).to_have_count(0)
    keys.press("r")
    keys.press("s")
    expect(page.locator(".rate [aria-pressed=true]")).to_have_text("Ssensitive")
    assert text(sessions, posts[0]) == "ann dgo cat dog"


def test_suggestions_are_answered_by_keys(posts, edit, sessions):
    with sessions.begin() as session:
        guessed = Said(tags=said_tags("moon tree star"), confidences=(0.9, 0.3, 0.8))
        keep_claims(session, {(posts[0], "danbooru"): Said(tags=said_tags("cat dog artist:ann"))})
        keep_claims(session, {(posts[0], "camie"): guessed})
    page = edit(posts[0], **DESK)
    suggested = page.locator(".suggested li[data-tag]")
    expect(suggested).to_have_count(3)
    page.keyboard.press("y")
    expect(suggested).to_have_count(2)
    page.keyboard.press("Shift+Y")
    expect(suggested).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator(".rejected li[data-tag=tree]")).to_be_visible()
    focused = page.locator("li[data-tag]:focus-within")
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    first = focused.get_attribute("data-tag")
    page.keyboard.press("j")
    expect(focused).not_to_have_attribute("data-tag", first)
    page.keyboard.press("k")
    expect(focused).to_have_attribute("data-tag", first)
    for stars, shown in ((4, 4), (4, 0), (2, 2)):
        page.keyboard.press("r")
        page.keyboard.press(str(stars))
        expect(page.locator(".star[aria-pressed=true]")).to_have_count(1 if shown else 0)
    assert read_box(sessions, posts[0], EVERYTHING).stars == 2
    assert text(sessions, posts[0]) == "ann cat dog moon star"


def test_on_a_phone_the_sheet_edits_and_a_draft_outlives_a_step(posts, edit, sessions):
    page = edit(posts[1], **PHONE)
    page.get_by_role("link", name="Edit", exact=True).tap()
    editor = page.get_by_role("region", name="Edit this post")
    editor.get_by_role("combobox", name="Tags").fill("sun ")
    page.locator("a[rel=next]").tap()
    expect(page.locator(".post")).to_have_attribute("data-post", str(posts[0]))
    expect(editor.get_by_role("button", name="Remove sun")).to_have_count(0)
    page.go_back()
    expect(editor.get_by_role("button", name="Remove sun")).to_be_visible()
    editor.get_by_role("button", name="Save").tap()
    expect(editor).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("sun")
    assert text(sessions, posts[1]) == "ann cat dog sun"
