"""Favourites and saved searches in a real browser: by key, by mouse and by touch."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.services.keeping.favourites import favourites_among
from homebooru.services.keeping.searches import list_searches
from tests import corpus

ADA = 1


@pytest.fixture
def cats(house):
    size = {"width": 480, "height": 320}
    return [
        house.add(f"{n}.png", corpus.png(480, 320, seed=n), tags="cat" if n else "dog", **size)
        for n in range(4)
    ]


def heart(page, post_id: int):
    return page.locator(f'.heart[value="{post_id}"]')


def liked(sessions, cats) -> list[int]:
    return sorted(favourites_among(sessions, ADA, cats))


def test_pictures_are_liked_by_key_and_a_search_is_saved_and_found_again(cats, page, sessions):
    page.goto("/posts?tags=cat")
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#post-{cats[3]} a")).to_be_focused()
    with page.expect_response("**/favourites") as answer:
        page.keyboard.press("f")
    assert answer.value.status == 204
    expect(heart(page, cats[3])).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announcements")).to_have_text("Added to your favourites")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{cats[3]}?tags=cat")
    expect(heart(page, cats[3])).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/favourites"):
        page.keyboard.press("f")
    expect(heart(page, cats[3])).to_have_attribute("aria-pressed", "false")
    assert liked(sessions, cats) == []

    page.goto("/posts?tags=cat")
    page.keyboard.press("S")
    expect(page.get_by_label("Save this search as")).to_be_focused()
    page.keyboard.type("Only cats")
    page.keyboard.press("Enter")
    expect(page.locator("save-search summary")).to_have_text("Saved")
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/searches")
    page.keyboard.press("/")
    offered = page.get_by_role("listbox").get_by_role("option")
    expect(offered).to_have_count(2)
    page.keyboard.type("only")
    expect(offered).to_have_count(1)
    offered.filter(has_text="Only cats").click()
    page.wait_for_url("**/posts?tags=search*")
    expect(page.get_by_role("heading", name="3 posts")).to_be_visible()
    assert [saved.query for saved in list_searches(sessions, ADA)] == ["cat"]


def test_pictures_are_liked_by_touch_one_by_one_and_as_a_selection(cats, phone, sessions):
    phone.goto(f"/posts/{cats[0]}")
    phone.get_by_role("button", name="Favourite").tap()
    expect(heart(phone, cats[0])).to_have_attribute("aria-pressed", "true")
    phone.goto("/posts?tags=cat")
    phone.get_by_role("button", name="Select", exact=True).tap()
    phone.get_by_role("button", name="Select all 3").tap()
    phone.locator(".like-all").get_by_role("button", name="Favourite", exact=True).tap()
    expect(phone.locator('.item .heart[aria-pressed="true"]')).to_have_count(3)
    phone.get_by_role("link", name="Favourites").tap()
    expect(phone.get_by_role("heading", name="4 posts")).to_be_visible()
    assert liked(sessions, cats) == cats


def test_a_heart_that_could_not_be_changed_shows_what_is_true(cats, page, sessions):
    page.route("**/favourites", lambda route: route.abort())
    page.goto(f"/posts/{cats[0]}")
    page.keyboard.press("f")
    expect(page.locator("#announcements")).to_contain_text("could not be changed")
    assert "ERR_FAILED" in page.complaints.pop()
    expect(heart(page, cats[0])).to_have_attribute("aria-pressed", "false")
    assert liked(sessions, cats) == []
