"""Below a sub-path, behind a real proxy: whatever the pages and scripts ask for stays below it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from homebooru.settings import Settings
from tests.web.browsing import served, watch
from tests.web.visiting import PASSWORD

PREFIX = "/my/pictures"
OF_THE_LINE = {"connection", "transfer-encoding", "date", "server"}


class Proxy:
    """Hands on what lies below the prefix, as a front door does, and notes whatever does not."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.strays: list[str] = []

    def __call__(self, environ, start_response):
        path = environ["RAW_URI"]
        if not path.startswith(f"{PREFIX}/"):
            self.strays.append(path)
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"Nothing is here."]
        headers = {
            name[5:].replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        } | {
            "Content-Type": environ.get("CONTENT_TYPE", ""),
            "Connection": "close",
            "X-Forwarded-Prefix": PREFIX,
            "X-Forwarded-Host": environ["HTTP_HOST"],
            "X-Forwarded-Proto": "http",
            "X-Forwarded-For": "192.0.2.7",
        }
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        connection = HTTPConnection(self.host, timeout=30)
        try:
            connection.request(
                environ["REQUEST_METHOD"], path.removeprefix(PREFIX), body or None, headers
            )
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        kept = [pair for pair in answer.getheaders() if pair[0].lower() not in OF_THE_LINE]
        start_response(f"{answer.status} {answer.reason}", kept)
        return [content]


@pytest.fixture
def settings(tmp_path, database_url):
    return Settings(
        data=tmp_path / "data", database_url=database_url, trusted_proxies=("127.0.0.1",)
    )


@contextmanager
def door(app):
    with served(app) as inner:
        proxy = Proxy(inner)
        with served(proxy) as outer:
            yield proxy, f"{outer}{PREFIX}"


def test_no_request_leaves_the_sub_path(app, house, ada, browser):
    house.add_all({"name": f"{n}.png", "seed": n, "tags": "cat"} for n in range(60))
    with door(app) as (proxy, address):
        page = browser.new_page(viewport={"width": 900, "height": 600})
        page.set_default_timeout(30_000)
        complaints, asked = watch(page), []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/posts?limit=25")

        page.get_by_label("Name").fill(ada.name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_role("heading", name="60 posts")).to_be_visible()

        last = page.locator("#post-1")
        while not last.count():
            page.mouse.wheel(0, 500)
            page.wait_for_timeout(50)
        page.wait_for_url(re.compile(r"[?&]at="))
        assert page.url.startswith(f"{address}/posts?")

        page.get_by_role("combobox").fill("ca")
        expect(page.get_by_role("option").first).to_contain_text("cat")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"tags=ca"))

        page.goto(f"{address}/posts?tags=cat")
        page.locator(".grid a").first.click()
        page.wait_for_url(f"{address}/posts/60?tags=cat")
        page.keyboard.press("d")
        page.wait_for_url(f"{address}/posts/59?tags=cat")
        expect(page.locator(".post .back")).to_have_attribute("href", re.compile("at=59"))
        page.keyboard.press("Escape")
        page.wait_for_url(f"{address}/posts?tags=cat&at=59**")

        page.locator("view-menu summary").click()
        page.get_by_role("radio", name="Dark").check(force=True)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        pages = page.locator("input[name=paging][value=pages]")
        pages.dispatch_event("click")  # the page loads anew under it
        expect(page.locator(".pages")).to_be_visible()
        page.goto(f"{address}/system")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.close()
    assert proxy.strays == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    assert complaints == []
