"""Measures in Chromium when the largest thing of a page is there, what shifts, and what is sent."""

from __future__ import annotations

import gzip
import http.client
import statistics
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pages_server import Gallery
from playwright.sync_api import Browser, Page, Response, sync_playwright

from tests.web.browsing import arguments, find_browser

SCREENS = {"desktop": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
KINDS = {"document": "html", "stylesheet": "css", "script": "js", "font": "fonts"}
SCROLLS = 12

WATCH = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.paint = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(slots=True)
class Visits:
    """What was seen of a page: paints in milliseconds, the largest shifts, what it is made of."""

    paints: list[float] = field(default_factory=list)
    shift: float = 0.0
    shift_after: float = 0.0
    parts: dict[str, str] = field(default_factory=dict)


def visit(gallery: Gallery, times: int) -> dict[str, Any]:
    """Open grid and post page as often as said, each time as if for the first time."""
    pages = {"grid": "/posts", "post": f"/posts/{gallery.newest}"}
    seen = {f"{name}, {screen}": Visits() for screen in SCREENS for name in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        for _ in range(times):
            for screen, size in SCREENS.items():
                for name, path in pages.items():
                    _look(browser, gallery.address + path, size, seen[f"{name}, {screen}"])
        browser.close()
    return {name: _figures(gallery, one) for name, one in seen.items()}


def _look(browser: Browser, address: str, size: Any, visits: Visits) -> None:
    context = browser.new_context(viewport=size)
    page = context.new_page()
    page.add_init_script(WATCH)
    page.on("response", lambda response: _note(response, visits))
    page.goto(address, wait_until="networkidle")
    visits.paints.append(page.evaluate("seen.paint"))
    visits.shift = max(visits.shift, page.evaluate("seen.shift"))
    _scroll(page)
    visits.shift_after = max(visits.shift_after, page.evaluate("seen.shift"))
    context.close()


def _note(response: Response, visits: Visits) -> None:
    if response.request.resource_type in KINDS and response.request.method == "GET":
        visits.parts[response.url] = KINDS[response.request.resource_type]


def _scroll(page: Page) -> None:
    for _ in range(SCROLLS):
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(100)
    page.wait_for_load_state("networkidle")


def _figures(gallery: Gallery, visits: Visits) -> dict[str, Any]:
    kilobytes = {kind: {"sent": 0.0, "compressed": 0.0} for kind in KINDS.values()}
    for address, kind in visits.parts.items():
        sent, compressed = _weigh(gallery, address)
        kilobytes[kind]["sent"] += sent / 1000
        kilobytes[kind]["compressed"] += compressed / 1000
    page = [kilobytes[kind] for kind in ("html", "css", "js")]
    kilobytes["page"] = {key: sum(one[key] for one in page) for key in ("sent", "compressed")}
    return {
        "lcp_ms": round(statistics.median(visits.paints), 1),
        "worst_lcp_ms": round(max(visits.paints), 1),
        "shift": round(visits.shift, 4),
        "shift_after_scrolling": round(visits.shift_after, 4),
        "kilobytes": {
            kind: {key: round(value, 1) for key, value in one.items()}
            for kind, one in kilobytes.items()
        },
    }


def _weigh(gallery: Gallery, address: str) -> tuple[int, int]:
    """Return the bytes of an answer as sent, and as they are or would be compressed."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(gallery.host, gallery.port)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    packed = bool(response.getheader("Content-Encoding")) or parts.path.endswith(".woff2")
    return len(body), len(body) if packed else len(gzip.compress(body, 6))
