"""A real browser before a real server."""

from __future__ import annotations

import io
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import av
import pytest
from playwright.sync_api import Request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import corpus

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 800}}
TWO_FRAMES = "async () => { for (let n = 2; n; n--) await new Promise(requestAnimationFrame) }"
MOST_LOOKS = 1000
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str:
    """Return a Chromium of this machine; without one the tests fail and say so."""
    named = os.environ.get("HOMEBOORU_TEST_BROWSER")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(
            "No Chromium or Chrome was found. Install one (on Debian and Ubuntu: the package "
            "chromium), or name it in HOMEBOORU_TEST_BROWSER."
        )
    return found


def arguments() -> list[str]:
    """Return how the browser is started; as root it has no sandbox of its own."""
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS


class Quiet(WSGIRequestHandler):
    """Answers without a line in the log for each request."""

    def log(self, *_) -> None:
        pass


def closing(app):
    """Close what is answered even where whoever asked is gone, which the server forgets."""

    def answer(environ, start_response):
        parts = app(environ, start_response)
        try:
            yield from parts
        finally:
            if hasattr(parts, "close"):
                parts.close()

    return answer


@contextmanager
def served(app) -> Iterator[str]:
    """Serve an application on a free port; yield its address."""
    server = make_server("127.0.0.1", 0, closing(app), threaded=True, request_handler=Quiet)
    server.daemon_threads = False  # closing waits for what is being answered
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def watch(page) -> list[str]:
    """Collect what a page complains about: errors of scripts, breaches of the policy, dialogs."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    page.on("dialog", lambda dialog: (complaints.append("dialog"), dialog.dismiss()))
    return complaints


def follow(page) -> set[Request]:
    """Return what a page waits for, kept up to date."""
    asked: set[Request] = set()

    def begun(request: Request) -> None:
        asked.add(request)

    def ended(request: Request) -> None:
        asked.discard(request)

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    return asked


def open_whole(page, where: str) -> None:
    """Open an address and wait for all that its page asks for, but not to see whether more comes.

    Half a second on each page, as Playwright's own way takes, is half a minute on all of them.
    """
    page.goto(where, wait_until="load")
    for _ in range(MOST_LOOKS):
        page.evaluate(TWO_FRAMES)
        if not page.asked:
            return
    pytest.fail(f"{where} never comes to rest: {[one.url for one in page.asked]}")


def film(seconds: int) -> bytes:
    """Return a film without sound."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(10 * seconds):
            frame = av.VideoFrame.from_image(corpus.picture(160, 120, seed=number // 5))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()
