"""Runs the web server as `serve` does, on a library of made-up posts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from homebooru.cli.bars import BarProgress
from homebooru.domain.posts import SearchAnswer, TagView
from homebooru.domain.scope import EVERYTHING
from homebooru.search.index.live import LiveIndex
from homebooru.services.searching import search
from homebooru.settings import variable
from homebooru.wiring import Deps, connect
from scripts.make_library.inventing import invent
from scripts.make_library.library import Wish
from scripts.make_library.pictures import write_thumbnails
from scripts.make_library.writing import write_library

START_SECONDS = 60.0
RARE = 1_000
"""How many times less posts a rare tag has than there are, at least."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """A gallery that answers at an address."""

    host: str
    port: int
    posts: int
    newest: int
    common: str
    rare: str

    @property
    def address(self) -> str:
        return f"http://{self.host}:{self.port}"


@contextmanager
def served(posts: int, data: Path | None) -> Iterator[Gallery]:
    """Yield a gallery of made-up posts; those that are in `data` already are taken as they are."""
    fresh = tempfile.TemporaryDirectory(prefix="homebooru-bench-")
    with fresh if data is None else nullcontext(str(data)) as folder:
        Path(folder).chmod(0o755)  # the database's user passes through
        os.environ[variable("data")] = str(Path(folder).resolve())
        with closing(connect()) as deps:
            found = _fill(deps, posts)
            with closing(LiveIndex(deps.sessions, "bench", deps.index_file)) as index:
                index.save()  # the server begins with it, as after every start but the first
            with web_server() as (host, port, _):
                common, rare = _tags(deps, found)
                yield Gallery(host, port, found.count, found.posts[0].id, common.name, rare.name)


def _fill(deps: Deps, posts: int) -> SearchAnswer:
    found = search(deps.sessions, "", EVERYTHING)
    if found.count:
        return found
    wish = Wish(invent(), posts)
    for label, target, write in (
        ("Posts", deps.sessions, write_library),
        ("Thumbnails", deps.thumbs, write_thumbnails),
    ):
        bar = BarProgress(label)
        write(target, wish, bar)  # type: ignore[operator]
        bar.finish()
    return search(deps.sessions, "", EVERYTHING)


def _tags(deps: Deps, found: SearchAnswer) -> tuple[TagView, TagView]:
    """Return the most common tag, and the most common of the rare ones beside it."""
    common = found.related[0]
    seldom = max(3, found.count // RARE)
    for post in search(deps.sessions, common.name, EVERYTHING, limit=100).posts:
        for tag in post.tags:
            count = search(deps.sessions, tag.name, EVERYTHING, limit=1).count
            if count <= seldom:
                return common, tag
    sys.exit("The library is too small to have rare tags.")


@contextmanager
def web_server() -> Iterator[tuple[str, int, int]]:
    """Run the web server; yield its host, its port and the number of its first process."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        fd = listener.fileno()
        command = [sys.executable, "-m", "homebooru", "web", "--fd", str(fd)]
        process = subprocess.Popen(command, pass_fds=[fd])
        try:
            host, port = listener.getsockname()
            _wait_for(process, f"http://{host}:{port}/health")
            yield host, port, process.pid
        finally:
            process.terminate()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=START_SECONDS):  # noqa: S310  our own
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("The web server did not start.")
