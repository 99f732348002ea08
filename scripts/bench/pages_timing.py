"""Measures the time until the first byte of each page, and of a file beside it."""

from __future__ import annotations

import http.client
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from pages_server import Gallery

STATIC = "static file"
WARM_UP = 3
LAST_OF_MANY = 100


@dataclass(slots=True)
class Score:
    """Milliseconds until the first byte, round by round, and the size of the last answer."""

    milliseconds: list[float] = field(default_factory=list)
    size: int = 0


def compare(gallery: Gallery, rounds: int) -> dict[str, dict[str, float]]:
    """Let all addresses take turns, so that the machine's moods hit them alike."""
    targets = _targets(gallery)
    scores = {name: Score() for name in targets}
    connection = http.client.HTTPConnection(gallery.host, gallery.port)
    for number in range(-WARM_UP, rounds):
        for name, address_in in targets.items():
            taken, size = _ask(connection, address_in(max(0, number)))
            if number >= 0:
                scores[name].milliseconds.append(taken)
                scores[name].size = size
    connection.close()
    return {name: _figures(score, scores[STATIC]) for name, score in scores.items()}


def _targets(gallery: Gallery) -> dict[str, Callable[[int], str]]:
    """Return for each thing to measure where it is in a round; posts are other ones each time."""
    common, rare = quote(gallery.common), quote(gallery.rare)
    last = max(2, min(LAST_OF_MANY, gallery.posts // 50))
    step = max(1, gallery.newest // 97)

    def always(address: str) -> Callable[[int], str]:
        return lambda _: address

    def post(number: int) -> int:
        return gallery.newest - number * step % gallery.newest

    return {
        STATIC: always(_stylesheet(gallery)),
        "grid": always("/posts"),
        f"grid, page {last}": always(f"/posts?page={last}"),
        "grid of a common tag": always(f"/posts?tags={common}"),
        f"grid of a common tag, page {last // 2}": always(f"/posts?tags={common}&page={last // 2}"),
        "grid of a rare tag": always(f"/posts?tags={rare}"),
        "grid by score": always("/posts?tags=order%3Ascore"),
        "post": lambda number: f"/posts/{post(number)}",
        "post in a search": lambda number: f"/posts/{post(number)}?tags={common}",
    }


def _stylesheet(gallery: Gallery) -> str:
    connection = http.client.HTTPConnection(gallery.host, gallery.port)
    connection.request("GET", "/posts")
    page = connection.getresponse().read().decode()
    connection.close()
    found = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)
    return found[1] if found else sys.exit("The grid has no stylesheet to compare with.")


def _ask(connection: http.client.HTTPConnection, address: str) -> tuple[float, int]:
    """Return the milliseconds until the answer began, and its bytes as sent."""
    start = time.perf_counter()
    connection.request("GET", address, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    taken = 1000 * (time.perf_counter() - start)
    body = response.read()
    if response.status not in {200, 404}:  # a post may be in the bin
        sys.exit(f"{address}: {response.status}")
    return taken, len(body)


def _figures(score: Score, static: Score) -> dict[str, float]:
    median, p95 = statistics.median(score.milliseconds), _p95(score.milliseconds)
    return {
        "median_ms": round(median, 2),
        "p95_ms": round(p95, 2),
        "worst_ms": round(max(score.milliseconds), 2),
        "ratio": round(median / statistics.median(static.milliseconds), 1),
        "p95_ratio": round(p95 / _p95(static.milliseconds), 1),
        "bytes": score.size,
    }


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]
