"""Journeys in a real browser: nothing complains, and everything works by mouse and keyboard."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from homebooru.domain.ratings import Rating
from homebooru.services.accounts import accounts
from tests import corpus
from tests.web.browsing import film
from tests.web.visiting import PASSWORD

SHAPES = ((480, 320), (250, 400), (350, 350), (600, 250), (320, 240))
TAGS = "1girl cat {} copyright:some_series artist:somebody species:feline meta:highres lore:twins"


@pytest.fixture
def gallery(house):
    """Posts of several shapes; the last one waits, the one before it cannot be read."""
    for number in range(12):
        width, height = SHAPES[number % len(SHAPES)]
        house.add(
            f"picture {number}.png",
            corpus.png(width, height, seed=number),
            folder="trip/day one",
            tags=TAGS.format(f"character:person_{number % 3}"),
            rating=Rating.GENERAL,
            width=width,
            height=height,
        )
    reason = "The file is cut short: its picture data end too early."
    house.add("broken.jpg", b"broken", state="unreadable", state_reason=reason, thumbnails=False)
    house.add("waits.jpg", b"waits", state="pending", thumbnails=False)
    return house


@contextmanager
def refusal(page):
    """Expect the browser to note one answer of 400 or more."""
    yield
    assert len(page.complaints) == 1
    assert "the server responded with a status of 4" in page.complaints.pop()


def test_browsing_from_the_grid_to_a_post_and_on(gallery, page):
    page.goto("/")
    expect(page.get_by_role("heading", name="14 posts")).to_be_visible()
    page.get_by_role("link", name="person 2").first.click()
    expect(page).to_have_url(re.compile(r"tags=person_2$"))
    expect(page.get_by_role("heading", name="4 posts")).to_be_visible()
    page.locator(".grid a").first.click()
    picture = page.locator("picture-stage img.picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    first = page.url
    page.get_by_role("link", name="Next").click()
    expect(page).not_to_have_url(first)
    page.get_by_role("link", name="Previous").click()
    expect(page).to_have_url(first)
    page.get_by_role("link", name="Original").click()
    expect(page).to_have_url(re.compile("/file$"))


def test_searching_by_keyboard_and_a_mistake_at_its_character(gallery, page):
    page.goto("/posts")
    page.keyboard.press("/")
    page.keyboard.type("cat -person_1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="8 posts")).to_be_visible()
    with refusal(page):
        page.goto("/posts?tags=cat+(person_1")
        expect(page.get_by_role("alert")).to_be_visible()
    line, caret = page.locator(".mistake pre").inner_text().split("\n")
    assert line == "cat (person_1 "  # the mark stands under the end, where something is missing
    assert caret.strip() == "^"


def test_a_film_plays_and_can_be_sought_on_its_page_and_on_its_own(house, page):
    facts = {"mime": "video/webm", "width": 160, "height": 120, "duration": 2.0, "frames": 20}
    post_id = house.add("film.webm", film(2), tags="cat", **facts)
    for where in (f"/posts/{post_id}", f"/posts/{post_id}/file"):
        page.goto(where)
        page.wait_for_function("() => document.querySelector('video').readyState >= 1")
        seek = """async video => {
            video.currentTime = 1.5;
            await new Promise(done => video.addEventListener('seeked', done, {once: true}));
            return video.currentTime;
        }"""
        assert page.locator("video").evaluate(seek) == pytest.approx(1.5, abs=0.2)


def test_nothing_shifts_while_pictures_load(gallery, page):
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { window.shifts += entry.value })).observe({type: 'layout-shift', buffered: true})"
    )
    for where in ("/posts", "/posts/12"):
        page.goto(where, wait_until="networkidle")
        assert page.evaluate("window.shifts") == 0


def test_the_page_fits_a_phone(gallery, page):
    page.set_viewport_size({"width": 360, "height": 740})
    for where in ("/posts", "/posts/12", "/system", "/account", "/posts?tags=nothing_at_all"):
        page.goto(where)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, where


def test_everything_is_reached_by_keyboard_beginning_with_a_skip_link(gallery, page):
    page.goto("/posts")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_adding_a_folder_and_seeing_it_arrive(house, page):
    page.goto("/system")
    expect(page.get_by_text("No folder yet.")).to_be_visible()
    page.get_by_label("Path of the folder").fill(str(house.folder))
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name=house.folder.name)).to_be_visible()
    house.add(tags="cat")
    expect(page.locator(".figures dd").first).to_have_text("1", timeout=15_000)


def test_what_is_open_and_focused_stays_so_while_the_page_renews_itself(house, page):
    house.add(tags="cat")
    page.goto("/system")
    page.locator("main summary").click()
    page.get_by_role("button", name="Remove this folder").focus()
    house.name_root("another name")
    expect(page.get_by_role("heading", name="another name")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Remove this folder")).to_be_focused()


def test_logging_in_and_out(gallery, page, sessions):
    accounts.add_account(sessions, "Ada", PASSWORD)
    page.goto("/posts?tags=cat")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill("wrong password")
    with refusal(page):
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="12 posts")).to_be_visible()
    page.get_by_title("More pages").click()
    page.get_by_role("link", name="Ada").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.goto("/posts")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
