"""With JavaScript off: every page can be read, and browsing works by links and forms."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.web.visiting import addresses


def test_pages_can_be_read_and_browsed_without_scripts(app, house, visit):
    house.add_all(
        {"name": f"{n}.png", "seed": n, "tags": "cat dog" if n else "cat"} for n in range(30)
    )
    page = visit(java_script_enabled=False)

    page.goto("/posts?limit=25")
    expect(page.locator(".grid img").first).to_be_visible()
    page.get_by_role("link", name="Next page").first.click()
    expect(page).to_have_url(re.compile(r"page=2"))
    expect(page.locator(".grid .item")).to_have_count(5)

    page.get_by_label("Search by tags").fill("dog order:id")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("heading", name="29 posts")).to_be_visible()
    page.locator(".grid a").first.click()
    expect(page).to_have_url(re.compile(r"/posts/2\?"))
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile(r"/posts/3\?"))
    page.get_by_role("link", name="Previous", exact=True).click()
    expect(page).to_have_url(re.compile(r"/posts/2\?"))
    page.get_by_role("link", name="dog order:id").click()
    expect(page.get_by_role("heading", name="29 posts")).to_be_visible()

    page.locator("view-menu summary").click()
    page.get_by_role("radio", name="Dark").check(force=True)
    page.locator("view-menu").get_by_role("button", name="Keep").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", name="29 posts")).to_be_visible()

    page.locator("summary[title='More pages']").click()
    page.get_by_role("link", name="System").click()
    page.get_by_role("button", name="Scan all now").click()
    expect(page.get_by_role("heading", name="System")).to_be_visible()

    for where in sorted(set(addresses(app, "GET").values())):
        answer = page.request.get(where, max_redirects=0)
        if answer.ok and "text/html" in answer.headers["content-type"]:
            assert "<main" in answer.text(), f"{where} is a bare part of a page"
            page.goto(where)
            assert len(page.locator("main").inner_text()) > 20, where
            assert page.locator("main").bounding_box()["height"] > 0, where
