"""Tags and pools in a real browser: by mouse, by keyboard alone, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from homebooru.domain.ratings import Rating
from homebooru.domain.scope import EVERYTHING
from homebooru.services.keeping.pool_views import get_pool
from homebooru.services.keeping.pools import add_pool
from homebooru.services.tags.deriving import retag_due
from homebooru.services.tags.vocabulary import add_alias, add_implication
from tests import corpus
from tests.integration.services.conftest import Quiet


@pytest.fixture
def cats(house, sessions):
    ratings = list(Rating)
    posts = [
        house.add(
            f"{n}.png",
            corpus.png(300, 200 + 40 * n, seed=n),
            tags="cat long_tail character:tom copyright:some_series",
            rating=ratings[n % 4],
            width=300,
            height=200 + 40 * n,
        )
        for n in range(4)
    ]
    add_alias(sessions, "kitty", "cat")
    add_implication(sessions, "cat", "animal")
    retag_due(sessions, Quiet())
    add_pool(sessions, "A day out", EVERYTHING, description="By *sea*.", posts=posts)
    return posts


def test_by_mouse_a_tag_is_renamed_after_a_look_at_what_that_does_and_taken_back(
    page, address, cats, sessions
):
    page.goto(f"{address}/posts/{cats[0]}")
    page.get_by_role("link", name="About cat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("cat")
    page.get_by_label("Call it").fill("house cat")
    page.get_by_role("button", name="Rename or merge").click()
    consequence = page.get_by_role("region", name="What would change")
    expect(consequence).to_contain_text("4 posts")
    expect(consequence).to_contain_text("kitty means house cat instead of cat")
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("house cat")
    retag_due(sessions, Quiet())
    page.get_by_role("link", name="The history of tags can take it back.").click()
    page.get_by_role("button", name="Take it back").first.click()
    retag_due(sessions, Quiet())
    expect(page.get_by_text("Taken back").first).to_be_visible()
    page.goto(f"{address}/tags/cat")
    expect(page.get_by_role("link", name="4 posts")).to_be_visible()


def test_by_keyboard_posts_of_a_pool_change_places_and_the_focus_stays_with_them(
    page, address, cats, sessions
):
    page.goto(f"{address}/pools/1")
    page.get_by_role("button", name="Move number 1 later").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Moved to number 2.")
    expect(page.get_by_role("button", name="Move number 2 later")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Taken out of the pool.")
    assert get_pool(sessions, 1, EVERYTHING).posts == (cats[1], cats[2], cats[3])


def test_by_mouse_a_post_is_dragged_to_its_place_in_a_pool(page, address, cats, sessions):
    page.goto(f"{address}/pools/1")
    items = page.locator(".pool-posts > li")
    items.nth(3).drag_to(items.nth(0), target_position={"x": 10, "y": 40})
    expect(page.get_by_role("status")).to_contain_text("Moved to number 1.")
    assert get_pool(sessions, 1, EVERYTHING).posts == (cats[3], cats[0], cats[1], cats[2])


def test_on_a_phone_a_post_goes_into_a_pool_and_from_neighbour_to_neighbour(
    phone, address, cats, sessions
):
    phone.goto(f"{address}/posts/{cats[1]}")
    pools = phone.get_by_role("region", name="Pools")
    pools.get_by_placeholder("pool, old or new").fill("best of")
    pools.get_by_role("button", name="Put in").tap()
    expect(pools.get_by_role("link", name="best of 1/1")).to_be_visible()
    pools.get_by_role("link", name="Next in a day out").tap()
    expect(pools.get_by_role("link", name="a day out 3/4")).to_be_visible()
    for where in ("/tags", "/tags/cat", "/pools", "/pools/1", "/tag_changes"):
        phone.goto(f"{address}{where}")
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
