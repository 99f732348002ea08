"""Every page, in both themes, on a phone and a desk: axe finds nothing, and keys alone suffice."""

from __future__ import annotations

from importlib.resources import files

import pytest
from playwright.sync_api import expect

from homebooru.services.accounts import accounts
from tests.web.browsing import DESK, PHONE, open_whole
from tests.web.furnished import ASKED, furnish
from tests.web.visiting import PASSWORD

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
COLOURS = "{type: 'rule', values: ['color-contrast']}"
SETTLE = """async () => {
    for (let frames = 2; frames; frames--) await new Promise(requestAnimationFrame);
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
}"""
PAGES = (
    "/posts",
    "/posts?tags=cat",
    "/posts?tags=nothing_at_all",
    "/posts?tags=cat+(",
    "/posts/1",
    "/posts/2",
    "/posts/1/edit",
    "/posts/1/similar",
    "/posts/1/similar?by=subject",
    "/similar",
    f"/similar/{ASKED}",
    "/upgrades",
    "/posts/1/history",
    "/posts/dates",
    "/posts/zip?tags=cat",
    "/history",
    "/statistics",
    "/immich",
    "/immich/push",
    "/history/revert?batch=1",
    "/trash",
    "/trash/empty",
    "/batches/new?q=cat&script=sun+-cat+rating:s",
    "/batches/1",
    "/search/help",
    "/searches",
    "/tags",
    "/tags/cat",
    "/tag_lists",
    "/tag_lists/1",
    "/tag_lists/2",
    "/tag_aliases",
    "/tag_implications",
    "/tag_changes",
    "/tag_changes/new?kind=rename&tag=cat&other=felis",
    "/pools",
    "/pools/1",
    "/system",
    "/account",
    "/components",
    "/nowhere",
    "/review",
    "/review/suggestions",
    "/review/disagreements",
    "/review/wall?tag=fox",
    "/review/teaching",
    "/tuning",
    "/duplicates",
    "/duplicates?variants=1",
    "/duplicates/log",
    "/duplicates/rules",
    "/duplicates/rules/larger?tags=id:>0",
    "/sources",
    "/sidecars",
    "/sidecars/1",
)


@pytest.fixture
def gallery(house):
    return furnish(house)


def faults(page) -> list[str]:
    """Return what axe finds wrong with what a page shows now, in either theme."""
    return [*faults_in(page, "light"), *faults_in(page, "dark", COLOURS)]  # the rest is the same


def faults_in(page, theme, rules=ALL) -> list[str]:
    page.emulate_media(color_scheme=theme)
    page.evaluate(SETTLE)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    wish = f"{{runOnly: {rules}, resultTypes: ['violations']}}"
    found = page.evaluate(f"axe.run(document, {wish})")["violations"]
    return [
        f"{page.url} {theme} {each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def test_axe_finds_nothing_on_any_page(gallery, visit):
    page = visit(reduced_motion="reduce", bypass_csp=True, **PHONE)
    found = []
    for where in PAGES:
        page.set_viewport_size(PHONE["viewport"])
        open_whole(page, where)
        found += faults_in(page, "light")
        page.set_viewport_size(DESK["viewport"])
        found += faults_in(page, "dark")
    page.complaints.clear()  # of the pages that tell a mistake
    assert not found, "\n".join(found)


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_what_opens_over_pages(gallery, visit, device):
    page = visit(reduced_motion="reduce", bypass_csp=True, **device)
    found = []
    for state in opened(page, is_phone=device is PHONE):
        found += [f"{state}: {fault}" for fault in faults(page)]
    assert not found, "\n".join(found)


def opened(page, *, is_phone: bool):
    """Open one thing after another; each is there while its name is told."""
    page.goto("/posts", wait_until="networkidle")
    page.locator("view-menu summary").click()
    yield "view menu"
    page.keyboard.press("Escape")
    if is_phone:
        page.get_by_role("button", name="Tags", exact=True).tap()
        expect(page.get_by_role("complementary")).to_be_visible()
        yield "sheet of tags"
        page.keyboard.press("Escape")
    page.locator(".grid .item a").last.focus()
    page.keyboard.press("x")
    yield "bar of a selection"
    page.locator(".selection-bar .edit-all button").click()
    dialog = page.get_by_role("dialog", name="Edit the selected posts")
    dialog.locator(".tag-line input").fill("sun")
    dialog.get_by_role("button", name="What would change?").click()
    expect(dialog.get_by_role("heading", name="1 post would be edited")).to_be_visible()
    yield "edit of a selection"
    page.keyboard.press("Escape")
    page.locator(".grid .item a").last.focus()
    page.keyboard.press("t")
    expect(page.locator("#scripts-bar")).to_be_visible()
    yield "scripts"
    page.get_by_role("button", name="Scripts").click()
    page.locator(".selection-bar .zip button").click()
    expect(page.get_by_role("dialog", name="Download as a ZIP")).to_be_visible()
    yield "download"
    page.keyboard.press("Escape")
    page.locator(".grid .item a").last.focus()
    page.keyboard.press("i")
    expect(page.locator("#hover-card")).to_be_visible()
    yield "card of a picture"
    page.keyboard.press("/")
    page.keyboard.type("ca")
    expect(page.get_by_role("option").first).to_be_visible()
    yield "completion"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator('[data-does="help"]').click()
    expect(page.locator(".cheat-sheet")).to_be_visible()
    yield "cheat sheet"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("button", name="Change the key: Go to the system page").click()
    yield "another key for an action"
    page.goto("/posts/1#slideshow")
    expect(page.get_by_role("group", name="Slideshow")).to_be_visible()
    yield "slideshow"
    yield from edited(page)


def edited(page):
    """Open the editor of a post, let it ask about a new tag, and say a word."""
    page.goto("/posts/1", wait_until="networkidle")
    page.keyboard.press("e")
    expect(page.locator(".related > *").first).to_be_visible()
    page.keyboard.type("catt ")
    yield "editor"
    page.keyboard.press("Control+Enter")
    expect(page.locator(".questions")).to_be_visible()
    yield "question about a new tag"
    page.locator(".editor [data-does=cancel]").click()
    page.keyboard.press("r")
    page.keyboard.press("4")
    expect(page.locator(".toast")).to_be_visible()
    yield "what was done"


def test_the_page_for_logging_in_has_no_fault_either(gallery, visit, sessions):
    accounts.add_account(sessions, "Ada", PASSWORD)
    page = visit(bypass_csp=True)
    page.goto("/login")
    assert faults(page) == []


def test_keys_alone_lead_through_pages_menu_and_help(gallery, page):
    page.goto("/posts")
    for keys, where in (
        ("gs", "/statistics"),
        ("ga", "/account"),
        ("gj", "/system"),
        ("gp", "/posts"),
    ):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(f"**{where}")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys of this page")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".key-line", has_text="Go to the system page")).to_be_visible()
    dialog.get_by_role("button", name="Change the key: Go to the system page").press("Enter")
    page.keyboard.press("y")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("y")
    page.wait_for_url("**/system")


def test_the_view_menu_changes_the_page_at_once_and_for_later(gallery, page):
    page.goto("/system")
    page.locator("view-menu summary").click()
    with page.expect_response("**/preferences") as kept:
        page.get_by_role("radio", name="Dark").check(force=True)
    assert kept.value.status == 204
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Escape")
    expect(page.locator("view-menu summary")).to_be_focused()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_safe_mode_by_its_key_hides_what_is_not_rated_general(gallery, page):
    page.goto("/posts")
    expect(page.get_by_role("heading", name="4 posts")).to_be_visible()
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="2 posts")).to_be_visible()
    assert page.goto("/posts/2").status == 404
    assert "404" in page.complaints.pop()
    page.goto("/posts")
    page.keyboard.press(".")
    expect(page.get_by_role("heading", name="4 posts")).to_be_visible()
