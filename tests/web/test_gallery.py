"""The grid in a real browser: going on and back, by mouse, by keyboard and by touch."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from homebooru.domain.ratings import Rating
from tests import corpus

COUNT = 60
SHAPES = ((480, 320), (250, 400), (350, 350), (600, 250))
PLACE = "name => { const { x, y } = document.getElementById(name).getBoundingClientRect(); return [Math.round(x), Math.round(y)] }"
BRING = (
    "([place, below]) => { const { sight } = document.querySelector('post-grid');"
    " scrollBy({ top: sight.topOf(place) - sight.ceiling - below, behavior: 'instant' }) }"
)
FOCUSED = "document.activeElement.closest('.item')?.id ?? null"
SHIFTS = (
    "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
    "entry => { window.shifts += entry.value })).observe({type: 'layout-shift', buffered: true})"
)


@pytest.fixture
def posts(house):
    """Sixty posts of several shapes with one picture each of four; the last is the newest."""
    pictures = [corpus.png(*shape, seed=number) for number, shape in enumerate(SHAPES)]
    return house.add_all(
        {
            "name": f"{number}.png",
            "content": pictures[number % len(SHAPES)] + number.to_bytes(2, "big"),
            "tags": "cat",
            "score": number,
            "width": SHAPES[number % len(SHAPES)][0],
            "height": SHAPES[number % len(SHAPES)][1],
        }
        for number in range(COUNT)
    )


@pytest.fixture
def page(visit):
    page = visit(viewport={"width": 1000, "height": 700})
    page.add_init_script(SHIFTS)
    return page


def known(page, count):
    """Wait until the grid knows so many posts."""
    page.wait_for_function(
        "count => { const { list } = document.querySelector('post-grid').blocks ?? { list: [] };"
        " return list.reduce((sum, block) => sum + block.length, 0) === count }",
        arg=count,
    )


def test_scrolling_goes_through_all_posts_and_back_leads_to_the_same_picture(posts, page):
    page.goto("/posts?tags=cat&limit=25")
    known(page, COUNT)
    page.mouse.move(600, 400)
    while not page.locator(f"#post-{posts[0]}").is_visible():
        page.mouse.wheel(0, 400)
        page.wait_for_timeout(30)
    expect(page).to_have_url(re.compile(r"[?&]at=\d+"))
    expect(page.get_by_text("That is all.")).to_be_visible()
    assert page.locator(".item").count() < COUNT
    name = page.evaluate(
        "[...document.querySelectorAll('.item')].find(item => {"
        " const { top, bottom } = item.getBoundingClientRect(); return top > 150 && bottom < 650 }).id"
    )
    place = page.evaluate(PLACE, name)
    page.locator(f"#{name} > a").click()
    expect(page).to_have_url(re.compile(r"/posts/\d+\?tags=cat"))
    page.go_back()
    expect(page.locator(f"#{name} > a")).to_be_focused()
    assert page.evaluate(PLACE, name) == pytest.approx(place, abs=2)
    assert page.evaluate("window.shifts") == 0


def test_back_leads_to_the_very_pixel_where_pages_of_the_search_meet(posts, page):
    page.goto("/posts?tags=cat&limit=25")
    known(page, COUNT)
    # The last one of a page, and the first one with a part of the page before above it.
    for place, below in ((24, 0), (25, 90)):
        name = f"post-{posts[-1 - place]}"
        page.evaluate(BRING, [place, below])
        page.locator(f"#{name} > a").focus()
        before = page.evaluate(PLACE, name)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(r"/posts/\d+\?tags=cat"))
        page.go_back()
        expect(page.locator(f"#{name} > a")).to_be_focused()
        assert page.evaluate(PLACE, name) == pytest.approx(before, abs=1)
        known(page, COUNT)
        assert page.evaluate(PLACE, name) == pytest.approx(before, abs=1)


def test_safe_mode_by_its_key_stays_where_one_is(house, posts, page):
    for number in range(len(posts)):
        if number % 2:
            house.rate(posts[number], Rating.GENERAL)
    page.goto("/posts?tags=cat&limit=25")
    known(page, COUNT)
    page.evaluate("document.querySelector('post-grid').goTo(28)")
    expect(page.locator(f"#post-{posts[31]} a")).to_be_focused()
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="30 posts")).to_be_visible()
    expect(page.locator(f"#post-{posts[31]} a")).to_be_focused()
    expect(page.locator(f"#post-{posts[31]}")).to_be_in_viewport()
    page.complaints.clear()  # of pictures that were still wanted when safe mode began


def test_an_address_with_a_post_leads_to_it_and_on_to_what_lies_before(posts, page):
    middle = posts[20]
    page.goto(f"/posts?tags=cat&limit=25&at={middle}#post-{middle}")
    expect(page.locator(f"#post-{middle} > a")).to_be_focused()
    known(page, COUNT)
    place = page.evaluate(PLACE, f"post-{middle}")
    assert 0 < place[1] < 700
    page.keyboard.press("Home")
    expect(page.locator(f"#post-{posts[-1]} > a")).to_be_focused()
    page.keyboard.press("End")
    expect(page.locator(f"#post-{posts[0]} > a")).to_be_focused()
    assert page.locator(f"#post-{posts[0]}").get_attribute("aria-posinset") == str(COUNT)


def test_the_keyboard_goes_selects_tells_and_opens(posts, page):
    page.goto("/posts?tags=cat")
    known(page, COUNT)
    page.keyboard.press("l")
    expect(page.locator(f"#post-{posts[-1]} > a")).to_be_focused()
    for key, step in (("ArrowRight", 1), ("l", 2), ("h", 1)):
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == f"post-{posts[-1 - step]}"
    page.keyboard.press("j")
    below = page.evaluate(FOCUSED)
    assert page.evaluate(PLACE, below)[1] > page.evaluate(PLACE, f"post-{posts[-1]}")[1]
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Selected posts")).to_contain_text("1 selected")
    expect(page.locator("#announcements")).to_contain_text("1 selected")
    page.keyboard.press("i")
    expect(page.get_by_role("tooltip")).to_contain_text("cat")
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Selected posts")).to_be_hidden()
    assert page.locator(".item a[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/posts/\d+\?tags=cat"))


def test_the_mouse_selects_one_by_one_a_range_a_frame_and_everything(posts, page):
    page.goto("/posts?tags=cat&limit=25")
    known(page, COUNT)
    bar = page.get_by_role("region", name="Selected posts")
    page.locator(f"#post-{posts[-1]} > a").click(modifiers=["Control"])
    expect(bar).to_contain_text("1 selected")
    page.locator(f"#post-{posts[-4]} > a").click(modifiers=["Shift"])
    expect(bar).to_contain_text("4 selected")
    page.locator(f"#post-{posts[-2]} > a").click()
    expect(bar).to_contain_text("3 selected")
    bar.get_by_role("button", name="Select all 60").click()
    expect(bar).to_contain_text("60 selected")
    bar.get_by_role("button", name="Download").click()
    expect(page.get_by_role("dialog")).to_contain_text("60 pictures")
    page.keyboard.press("Escape")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    page.mouse.move(600, 200)
    page.mouse.down()
    page.mouse.move(900, 500, steps=4)
    page.mouse.up()
    expect(bar).to_be_visible()
    assert page.locator(".picked").count() > 1
    expect(page).to_have_url(re.compile(r"/posts\?tags=cat"))


def test_resting_on_a_picture_tells_what_it_is(posts, page):
    page.goto("/posts?tags=cat")
    page.locator(f"#post-{posts[-1]}").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("600 × 250")
    page.mouse.move(5, 5)
    expect(page.get_by_role("tooltip")).to_be_hidden()


def test_on_a_phone_a_long_press_selects_and_taps_go_on(posts, phone):
    page = phone
    page.goto("/posts?tags=cat")
    known(page, COUNT)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    fingers = page.context.new_cdp_session(page)
    box = page.locator(f"#post-{posts[-1]}").bounding_box()
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.get_by_role("region", name="Selected posts")).to_contain_text("1 selected")
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.locator(f"#post-{posts[-2]} > a").tap()
    expect(page.get_by_role("region", name="Selected posts")).to_contain_text("2 selected")
    page.get_by_role("button", name="Tags").tap()
    expect(page.get_by_role("link", name="Without cat")).to_be_visible()


def test_a_shuffle_has_an_address_of_its_own_until_it_is_shuffled_again(posts, page):
    page.goto("/posts?tags=cat")
    page.get_by_text("Order: Newest").click()
    page.get_by_role("link", name="Random").click()
    expect(page).to_have_url(re.compile(r"random%3A[0-9a-f]+|random:[0-9a-f]+"))
    first = page.url
    shown = page.locator(".item").first.get_attribute("id")
    page.reload()
    assert page.locator(".item").first.get_attribute("id") == shown
    page.keyboard.press("r")
    expect(page).not_to_have_url(first)


def test_posts_that_do_not_come_are_asked_for_again(posts, page):
    lost = re.compile(r"after=")
    page.route(lost, lambda route: route.abort())
    page.goto("/posts?tags=cat&limit=25")
    page.get_by_role("alert").get_by_role("button", name="Try again").wait_for()
    page.unroute(lost)
    page.get_by_role("button", name="Try again").click()
    known(page, COUNT)
    page.complaints.clear()
