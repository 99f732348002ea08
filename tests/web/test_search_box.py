"""The search box in a real browser, and what it asks for: by mouse, keyboard, touch, paste and IME."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from homebooru.db.tables import IntakeRow, RootRow, TagAliasRow, TagRow
from homebooru.domain.ratings import Rating


@pytest.fixture
def gallery(house, sessions):
    house.add("one.png", tags="cat sky character:cathy_(show)", seed=1, rating=Rating.GENERAL)
    house.add("two.png", tags="cat dog", seed=2, rating=Rating.EXPLICIT)
    house.add("Summer holiday.png", tags="dog", seed=3)
    with sessions.begin() as session:
        kitty = TagRow(name="kitty")
        session.add(kitty)
        session.flush()
        cat = session.scalars(sa.select(TagRow.id).where(TagRow.name == "cat")).one()
        session.add(TagAliasRow(antecedent_id=kitty.id, consequent_id=cat))
    return house


def chips(page):
    return page.locator(".search-chip .chip-words").all_inner_texts()


def options(page):
    return page.locator("#search-options [role=option]")


def asked(query: str):
    return re.compile(rf"[?&]tags={re.escape(query)}$")


def test_completion_by_keyboard_makes_chips_that_are_searched(gallery, page):
    page.goto("/posts")
    page.keyboard.press("/")
    page.keyboard.type("kit")
    expect(options(page)).to_have_count(1)
    expect(options(page)).to_contain_text("kitty")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "search-options-0")
    page.keyboard.press("Enter")
    expect(page.locator(".search-chip")).to_have_class(re.compile("tag-general"))
    page.keyboard.type("-d")
    expect(options(page).first).to_contain_text("1 left")
    page.keyboard.press("Tab")
    assert chips(page) == ["cat", "-dog"]
    page.keyboard.press("Enter")
    expect(page).to_have_url(asked("cat+-dog"))
    expect(page.get_by_role("heading", name="1 post")).to_be_visible()
    assert chips(page) == ["cat", "-dog"]


def test_a_metatag_leads_to_its_values(gallery, page):
    page.goto("/posts")
    page.locator("#search").click()
    page.keyboard.type("rati")
    expect(options(page)).to_have_count(2)
    options(page).filter(has_text="rating:").click()
    expect(options(page).first).to_contain_text("general")
    page.keyboard.type("ex")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(asked("rating%3Aexplicit"))


def test_chips_are_walked_changed_removed_and_brought_back(gallery, page):
    page.goto('/posts?tags=cat+(dog+or+sky)+folder:"a+b"+-bird')
    assert chips(page) == ["cat", "(dog or sky)", 'folder:"a b"', "-bird"]
    page.keyboard.press("q")
    page.keyboard.press("Backspace")
    expect(page.locator("#search")).to_have_value("-bird")
    page.keyboard.press("Control+z")
    assert chips(page)[-1] == "-bird"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    assert chips(page) == ["cat", "(dog or sky)", "-bird"]
    page.keyboard.press("Control+z")
    assert chips(page) == ["cat", "(dog or sky)", 'folder:"a b"', "-bird"]
    page.locator(".chip-cross").nth(1).click()
    page.locator(".chip-words").first.click()
    page.keyboard.type("egory ")
    assert chips(page) == ["category", 'folder:"a b"', "-bird"]


def test_what_is_pasted_becomes_chips_and_raw_text_is_the_same_search(gallery, page):
    page.goto("/posts")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('cat  -dog (sky or sea)')")
    page.locator("#search").click()
    page.keyboard.press("Control+v")
    expect(page.locator(".search-chip")).to_have_count(3)
    page.get_by_role("button", name="Edit as text").click()
    expect(page.locator("#search")).to_have_value("cat -dog (sky or sea)")
    expect(page.locator(".search-chip")).to_have_count(0)
    page.locator("#search").evaluate("field => field.setSelectionRange(2, 2)")
    page.keyboard.type("th")
    expect(options(page).first).to_contain_text("cathy")
    page.keyboard.press("Tab")
    expect(page.locator("#search")).to_have_value("cathy_(show) -dog (sky or sea)")
    page.reload()
    expect(page.get_by_role("button", name="Edit as text")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_an_input_method_is_left_alone_until_it_is_done(gallery, page):
    page.goto("/posts")
    page.locator("#search").click()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "ね こ ", "selectionStart": 4, "selectionEnd": 4}
    )
    expect(page.locator("#search")).to_have_value("ね こ ")
    assert chips(page) == []
    keyboard.send("Input.insertText", {"text": "ねこ "})
    expect(page.locator(".search-chip")).to_have_count(1)
    assert chips(page) == ["ねこ"]


def test_a_mistake_is_told_in_place_at_its_character(gallery, page):
    page.goto("/posts?tags=cat")
    page.keyboard.press("/")
    page.keyboard.type("rating:explicitx")
    page.keyboard.press("Enter")
    mistake = page.get_by_role("alert")
    expect(mistake).to_contain_text("did you mean `explicit`")
    line, caret = mistake.locator("pre").inner_text().split("\n")
    assert (line, caret.index("^")) == ("cat rating:explicitx", len("cat rating:"))
    field = page.locator("#search")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    assert field.evaluate("field => field.selectionStart") == len("cat rating:")
    expect(page).to_have_url(re.compile("tags=cat$"))
    mistake.get_by_role("link", name="cat rating:explicit").click()
    expect(page).to_have_url(asked("cat+rating:explicit"))


def test_earlier_searches_are_offered_and_forgotten(gallery, page):
    page.goto("/posts")
    for word in ("cat", "dog"):
        page.locator("#search").fill(word)
        page.keyboard.press("Enter")
        expect(page).to_have_url(asked(word))
        page.get_by_role("button", name="Empty the search").click()
    page.locator("#search").click()
    expect(options(page)).to_have_text(["dog", "cat"])
    page.mouse.move(5, 5)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(asked("cat"))
    page.get_by_role("button", name="Empty the search").click()
    page.locator("#search").click()
    page.get_by_role("button", name="Forget these searches").click()
    page.locator("#search").click()
    expect(page.locator(".search-menu")).to_be_hidden()


def test_a_mouse_that_rests_where_the_list_opens_chooses_nothing(gallery, page):
    page.goto("/posts")
    box = page.locator(".search-field").bounding_box()
    page.mouse.move(box["x"] + 80, box["y"] + box["height"] + 25)
    page.keyboard.press("/")
    page.keyboard.type("do")
    expect(options(page)).to_have_count(1)
    assert page.locator("#search-options [aria-selected=true]").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator(".search-menu")).to_be_hidden()
    page.keyboard.press("Control+Space")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(asked("do"))


def test_the_cheat_sheet_speaks_of_the_visitors_own_tags(gallery, page):
    page.goto("/posts")
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="What a search can say").click()
    page.get_by_role("dialog").get_by_role("link", name="cat -dog").click()
    expect(page).to_have_url(asked("cat+-dog"))


def test_by_touch_on_a_phone(gallery, visit):
    page = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/posts?tags=cat")
    page.locator("#search").tap()
    page.locator("#search").press_sequentially("sk")
    options(page).first.tap()
    assert chips(page) == ["cat", "sky"]
    page.locator(".chip-cross").first.tap()
    assert chips(page) == ["sky"]
    page.keyboard.press("Enter")
    expect(page).to_have_url(asked("sky"))
    page.get_by_role("link", name="What a search can say").tap()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_word_of_a_file_name_finds_it_and_says_so(gallery, page):
    page.goto("/posts?tags=holiday")
    expect(page.get_by_role("heading", name="1 post")).to_be_visible()
    expect(page.get_by_text("No tag answers to “holiday”")).to_be_visible()
    assert chips(page) == ["filename:*holiday*"]


def test_without_javascript_it_is_a_plain_field(gallery, visit):
    page = visit(java_script_enabled=False)
    page.goto("/posts?tags=cat")
    field = page.get_by_role("searchbox", name="Search by tags")
    assert field.input_value() == "cat"
    field.fill("dog")
    field.press("Enter")
    expect(page.get_by_role("heading", name="2 posts")).to_be_visible()
    page.get_by_role("link", name="What a search can say").click()
    expect(
        page.get_by_role("link", name="dog -cat").or_(page.get_by_role("link", name="cat -dog"))
    ).to_be_visible()


def test_suggestions_for_programs(gallery, client):
    everything = client.get("/api/autocomplete?q=sky+ca&at=6&left=1").json
    assert (everything["start"], everything["end"]) == (4, 6)
    assert [
        (one["text"], one["category"], one["count"], one["left"])
        for one in everything["suggestions"]
    ] == [
        ("cat", "general", 2, 1),
        ("cathy_(show)", "character", 1, 1),
    ]
    assert client.get("/api/autocomplete?q=&at=99999999999").status_code == 200
    found = client.get("/api/terms?q=cat+(&term=cat&term=catt").json
    assert [term["kind"] for term in found["terms"]] == ["tag", "unknown"]
    assert found["mistake"]["position"] == 5


def test_the_first_minutes_tell_what_goes_on(client, house, sessions):
    empty = client.get("/posts").text
    assert 'name="path"' in empty
    assert "No pictures yet" in empty
    with sessions.begin() as session:
        root = RootRow(path=b"/somewhere", name="somewhere")
        session.add(root)
        session.flush()
        session.add(IntakeRow(root_id=root.id, path=b"a.png", size=1, mtime_ns=1))
    assert "The first pictures are on their way" in client.get("/posts").text
    assert "1 file waits" in client.get("/news", headers={"X-Fragment": "1"}).text
    with sessions.begin() as session:
        session.execute(sa.delete(IntakeRow))
        session.execute(sa.update(RootRow).values(state="offline", state_reason="It is empty."))
    away = client.get("/posts").text
    assert "The folder somewhere is not there." in away
    assert "It is empty." in away
    assert "Everything is read." in client.get("/news", headers={"X-Fragment": "1"}).text
