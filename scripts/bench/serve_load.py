"""Asks as much as a server answers, on connections that stay open."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from search_http import Visitor
from serve_nginx import Site

STATIC = "a file from nginx itself"


def compare(site: Site, clients: int, seconds: float) -> dict[str, dict[str, Any]]:
    """Return how many answers a second come of each kind of address, and how long they take.

    `ratio` is how many times more of the file come that nginx sends by itself, in the same run.
    """
    results = {
        name: _measure(site, address, clients, seconds) for name, address in site.addresses.items()
    }
    fastest = results[STATIC]["a_second"]
    for one in results.values():
        one["ratio"] = round(fastest / one["a_second"], 2)
    return results


def _measure(site: Site, address: str, clients: int, seconds: float) -> dict[str, Any]:
    visitors = [Visitor(site.host, site.port) for _ in range(clients)]
    size = len(visitors[0].get(address, **site.headers))
    for visitor in visitors:  # the first answer of each is no one's
        visitor.get(address, **site.headers)
    began = time.perf_counter()
    end = began + seconds
    with ThreadPoolExecutor(clients) as pool:
        ask: Callable[[Visitor], list[float]] = lambda one: _ask(one, site, address, end)  # noqa: E731
        taken = sorted(chain.from_iterable(pool.map(ask, visitors)))
    return {
        "a_second": round(len(taken) / (time.perf_counter() - began), 1),
        "median_ms": round(statistics.median(taken), 2),
        "p95_ms": round(taken[int(0.95 * (len(taken) - 1))], 2),
        "worst_ms": round(taken[-1], 2),
        "bytes": size,
    }


def _ask(visitor: Visitor, site: Site, address: str, end: float) -> list[float]:
    taken = []
    while (start := time.perf_counter()) < end:
        visitor.get(address, **site.headers)
        taken.append(1000 * (time.perf_counter() - start))
    return taken
