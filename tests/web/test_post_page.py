"""A post's page in a real browser: by mouse, by keyboard, by touch."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests import corpus
from tests.web.browsing import film

FIT = "document.querySelector('picture-stage img.picture').style.transform === ''"
SCALE = """() => {
    const { width, height } = document.querySelector('img.picture').getBoundingClientRect();
    return Math.max(width, height);
}"""


@pytest.fixture
def posts(house):
    """Five pictures, one of them wider than any screen; the newest comes first."""
    widths = (300, 2400, 320, 340, 360)
    return [
        house.add(
            f"{number}.png",
            corpus.png(width, 240, seed=number),
            tags=f"cat character:number_{number}",
            width=width,
            height=240,
        )
        for number, width in enumerate(widths)
    ]


def with_fingers(page):
    page.emulate_media(reduced_motion="reduce")
    page.fingers = page.context.new_cdp_session(page)
    return page


@pytest.fixture
def page(page):
    return with_fingers(page)


@pytest.fixture
def phone(phone):
    return with_fingers(phone)


def wait_until(page, condition):
    """Wait for a condition in the page, whose policy does not let text become a script."""
    page.wait_for_function(f"() => {condition}")


def open_post(page, post_id, more=""):
    page.goto(f"/posts/{post_id}?tags=cat{more}")
    wait_until(page, "!document.querySelector('main :not(:defined)')")


def shown(page, post_id):
    expect(page.locator(".post")).to_have_attribute("data-post", str(post_id))


def test_keys_step_through_a_search_in_place_and_back_undoes_a_step(posts, page):
    open_post(page, posts[4])
    page.evaluate("window.same = true")
    page.keyboard.press("d")
    shown(page, posts[3])
    page.keyboard.press("ArrowRight")
    shown(page, posts[2])
    expect(page).to_have_url(re.compile(rf"/posts/{posts[2]}\?tags=cat$"))
    expect(page).to_have_title(re.compile("^number 2, cat · "))
    expect(page.locator("#announcements")).to_have_text("number 2, cat")
    page.keyboard.press("a")
    shown(page, posts[3])
    page.go_back()
    shown(page, posts[2])
    page.go_back()
    shown(page, posts[3])
    page.go_forward()
    shown(page, posts[2])
    assert page.evaluate("window.same")
    page.reload()
    shown(page, posts[2])


def test_the_next_two_and_the_one_before_are_there_before_they_are_wanted(posts, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url.partition("/posts/")[2]))
    open_post(page, posts[3])
    for post_id in (posts[2], posts[1], posts[4]):
        page.wait_for_function(
            "id => performance.getEntriesByType('resource').some(e => e.name.includes(`/posts/${id}?`))",
            arg=post_id,
        )
    asked.clear()
    with page.expect_request(lambda request: f"/posts/{posts[0]}?" in request.url):
        page.keyboard.press("d")
        shown(page, posts[2])
    assert not [each for each in asked if each.startswith(f"{posts[2]}?")]


def test_the_mouse_steps_at_the_edges_and_the_focus_stays_with_the_step(posts, page):
    open_post(page, posts[4])
    page.get_by_role("link", name="Next").click()
    shown(page, posts[3])
    assert page.evaluate("document.activeElement.rel") == "next"
    page.keyboard.press("Enter")
    shown(page, posts[2])
    page.get_by_role("link", name="Previous").click()
    shown(page, posts[3])


def test_a_picture_fits_is_shown_whole_and_zooms_to_the_pointer(posts, page):
    open_post(page, posts[1])
    zoom = page.locator("button[name=zoom]")
    assert page.evaluate(SCALE) < 1280
    page.keyboard.press("z")
    assert page.evaluate(SCALE) == pytest.approx(2400, abs=2)
    expect(zoom).to_have_text("100%")
    expect(zoom).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    assert page.evaluate(FIT)
    shown(page, posts[1])

    box = page.locator(".canvas").bounding_box()
    x, y = box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    under = """([x]) => {
        const box = document.querySelector('img.picture').getBoundingClientRect();
        return (x - box.left) / box.width;
    }"""
    before = page.evaluate(under, [x])
    for _ in range(3):
        page.mouse.wheel(0, -300)
    wait_until(page, f"!({FIT})")
    assert page.evaluate(under, [x]) == pytest.approx(before, abs=0.01)
    left = page.locator("img.picture").bounding_box()["x"]
    page.mouse.down()
    page.mouse.move(x + 80, y, steps=4)
    page.mouse.up()
    assert page.locator("img.picture").bounding_box()["x"] == pytest.approx(left + 80, abs=2)
    shown(page, posts[1])
    page.mouse.dblclick(x, y)
    assert page.evaluate(FIT)


def test_the_original_and_its_smaller_copy_change_places(posts, page):
    open_post(page, posts[1])
    source = "document.querySelector('img.picture').currentSrc"
    wait_until(page, f"{source} !== ''")
    was_original = page.evaluate(source).endswith("/file")
    page.keyboard.press("v")
    wait_until(page, f"{source}.endsWith('/file') === {str(not was_original).lower()}")
    page.locator("button[name=original]").click()
    wait_until(page, f"{source}.endsWith('/file') === {str(was_original).lower()}")


def touch(page, kind, *points, at=None):
    """Let fingers touch; `at` is when, for what must be quick on a slow machine too."""
    fingers = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
    when = {} if at is None else {"timestamp": at}
    page.fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers} | when)


def swipe(page, start, end, steps=6):
    touch(page, "touchStart", start)
    for step in range(1, steps + 1):
        part = step / steps
        where = tuple(a + (b - a) * part for a, b in zip(start, end, strict=True))
        touch(page, "touchMove", where)
    touch(page, "touchEnd")


def test_a_swipe_steps_and_a_short_one_does_not(posts, phone):
    open_post(phone, posts[3])
    swipe(phone, (300, 400), (140, 410))
    shown(phone, posts[2])
    swipe(phone, (100, 400), (280, 390))
    shown(phone, posts[3])
    swipe(phone, (200, 400), (160, 400))
    shown(phone, posts[3])
    assert phone.evaluate("document.querySelector('.canvas').style.translate") == ""


def test_two_fingers_zoom_one_moves_and_a_double_tap_fits_again(posts, phone):
    open_post(phone, posts[1])
    touch(phone, "touchStart", (150, 400), (240, 400))
    for spread in (20, 60, 100):
        touch(phone, "touchMove", (150 - spread, 400), (240 + spread, 400))
    touch(phone, "touchEnd")
    assert phone.evaluate(SCALE) == pytest.approx(390 * 290 / 90, rel=0.05)
    left = phone.locator("img.picture").bounding_box()["x"]
    swipe(phone, (200, 400), (120, 400))
    assert phone.locator("img.picture").bounding_box()["x"] < left - 60
    shown(phone, posts[1])
    now = time.time()
    for at in (now, now + 0.1):
        touch(phone, "touchStart", (200, 400), at=at)
        touch(phone, "touchEnd", at=at + 0.02)
    wait_until(phone, FIT)


def test_on_a_phone_tags_and_facts_are_a_sheet_below_the_picture(posts, phone):
    open_post(phone, posts[1])
    tag = phone.locator(".tags").get_by_role("link", name="cat", exact=True)
    expect(tag).not_to_be_in_viewport()
    phone.locator(".handle").tap()
    expect(tag).to_be_in_viewport()
    phone.locator(".handle").tap()
    expect(tag).not_to_be_in_viewport()
    swipe(phone, (200, 600), (200, 100), steps=12)
    expect(tag).to_be_in_viewport()
    shown(phone, posts[1])


def test_the_info_side_goes_and_comes(posts, page):
    open_post(page, posts[1])
    about = page.locator(".about")
    with page.expect_response("**/preferences"):
        page.keyboard.press("i")
    expect(about).to_be_hidden()
    page.keyboard.press("d")
    shown(page, posts[0])
    expect(about).to_be_hidden()
    page.reload()
    expect(about).to_be_hidden()
    page.locator("[name=info]").click()
    expect(about).to_be_visible()


def test_a_slideshow_runs_pauses_and_ends_with_the_search(posts, page):
    open_post(page, posts[2], "#slideshow")
    controls = page.get_by_role("group", name="Slideshow")
    expect(controls).to_be_visible()
    controls.get_by_role("combobox").select_option("3")
    controls.get_by_role("button", name="Pause").click()
    page.keyboard.press("d")
    shown(page, posts[1])
    steps = page.evaluate("history.length")
    controls.get_by_role("button", name="Go on").click()
    shown(page, posts[0])
    assert page.evaluate("history.length") == steps
    expect(controls).to_be_hidden()
    expect(page.locator("#announcements")).to_have_text(re.compile("end of the search"))
    page.keyboard.press("s")
    expect(controls).to_be_visible()
    expect(controls.get_by_role("combobox")).to_have_value("3")
    page.keyboard.press("Escape")
    expect(controls).to_be_hidden()


def test_a_film_plays_by_key_stays_mute_and_is_played_to_its_end_in_a_slideshow(posts, house, page):
    facts = {"mime": "video/webm", "width": 160, "height": 120, "duration": 1.0, "frames": 10}
    last = house.add("film.webm", film(1), tags="cat", **facts)
    open_post(page, last)
    playing = "!document.querySelector('video').paused"
    page.keyboard.press("Space")
    wait_until(page, playing)
    wait_until(page, "document.querySelector('video').currentTime > 0.2")
    page.keyboard.press("m")
    page.keyboard.press("Space")
    wait_until(page, f"!({playing})")
    page.reload()
    wait_until(page, "document.querySelector('video').muted")
    page.keyboard.press("s")
    wait_until(page, playing)
    shown(page, posts[4])


def test_nothing_shifts_while_a_post_comes_and_while_stepping(posts, page):
    page.add_init_script(
        "window.shifts = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { window.shifts += entry.value })).observe({type: 'layout-shift', buffered: true})"
    )
    open_post(page, posts[1])
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") == 0
    page.keyboard.press("z")
    page.keyboard.press("z")
    assert page.evaluate("window.shifts") == 0


def test_a_step_to_a_post_that_is_gone_says_so(posts, house, page):
    open_post(page, posts[4])
    page.wait_for_load_state("networkidle")
    page.evaluate(
        "document.querySelector('a[rel=next]').href = document.querySelector('a[rel=next]')"
        ".href.replace(/posts\\/\\d+/, 'posts/9999')"
    )
    page.keyboard.press("d")
    expect(page.locator("main")).to_contain_text("There is no post 9999")
    assert all("404" in complaint for complaint in page.complaints)
    page.complaints.clear()
