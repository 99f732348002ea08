"""The field for tags in a real browser: chips and plain text, by keys, by touch, with completion."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.services.tags import vocabulary
from homebooru.services.tags.counting import fold_counts

FIELD = "tag-field:has([aria-label='Tags of this post'])"
CHIPS = f"{FIELD} .search-chip"


@pytest.fixture
def field(house, sessions, page):
    house.add("1.png", tags="cat character:catherine dog artist:somebody", thumbnails=False)
    vocabulary.add_alias(sessions, "kitty", "cat")
    fold_counts(sessions)
    page.goto("/components")
    expect(page.locator(f"{FIELD} .tag-line")).to_be_visible()
    page.locator(FIELD).evaluate("field => { field.value = 'cat dog' }")
    page.get_by_role("combobox", name="Tags of this post").focus()
    return page


def text(page) -> str:
    return page.locator(f"{FIELD} textarea").input_value()


def test_keys_add_complete_change_and_take_away(field):
    keys = field.keyboard
    expect(field.locator(CHIPS).nth(0)).to_have_class("search-chip is-tag tag-general")
    keys.type("artist:new_one -")
    assert text(field) == "cat dog artist:new_one -"
    keys.type("kit")
    option = field.locator(f"{FIELD} [role=option]")
    expect(option).to_have_accessible_name("kitty means cat 1")
    keys.press("ArrowDown")
    keys.press("Enter")
    assert text(field) == "cat dog artist:new_one -cat"
    expect(field.locator(CHIPS).nth(2)).to_have_class("search-chip is-unknown tag-artist")
    keys.press("Backspace")
    assert text(field) == "cat dog artist:new_one"
    keys.press("Control+z")
    assert text(field) == "cat dog artist:new_one -cat"
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    keys.press("Delete")
    assert text(field) == "cat dog -cat"
    keys.press("ArrowRight")
    keys.type("char")
    expect(option.first).to_contain_text("character:")
    keys.press("Tab")
    expect(option.first).to_contain_text("catherine")
    keys.press("Escape")
    expect(field.get_by_role("listbox")).to_be_hidden()
    keys.press("Enter")
    expect(field.locator(CHIPS).last).to_have_class("search-chip is-mistake")


def test_mouse_and_plain_text_do_the_same_and_the_choice_is_remembered(field):
    field.locator(CHIPS).first.get_by_role("button", name="Remove cat").click()
    option = field.locator(f"{FIELD} [role=option]").first
    field.keyboard.type("cathe")
    expect(option).to_contain_text("catherine")
    option.click()
    assert text(field) == "dog catherine"
    field.locator(FIELD).get_by_role("button", name="As text", exact=True).click()
    area = field.get_by_role("textbox", name="Tags of this post")
    expect(area).to_be_focused()
    field.keyboard.type(" some")
    expect(option).to_contain_text("somebody")
    option.click()
    assert text(field).split() == ["dog", "catherine", "somebody"]
    field.reload()
    expect(area).to_be_visible()
    field.locator(FIELD).get_by_role("button", name="As text", exact=True).click()
    expect(field.locator(CHIPS)).to_have_count(9)


def test_what_is_being_composed_is_left_alone_until_it_is_whole(field):
    typing = field.context.new_cdp_session(field)
    typing.send(
        "Input.imeSetComposition", {"text": "ね こ", "selectionStart": 3, "selectionEnd": 3}
    )
    expect(field.locator(CHIPS)).to_have_count(2)
    typing.send("Input.insertText", {"text": "ねこ"})
    field.keyboard.press("Enter")
    assert text(field) == "cat dog ねこ"
