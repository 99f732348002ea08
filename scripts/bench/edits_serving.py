"""Has the worker edit many posts while a gallery is searched: how long both take, and its memory."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pages_server import web_server
from search_http import Visitor, page_address
from search_questions import Question

from homebooru.db.engine import Sessions
from homebooru.domain.editing.batches import BatchView
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import show_batch

CALM = 20
"""How many searches tell what is usual while nothing goes on."""
PAUSE = 0.25  # seconds between two searches


@dataclass(slots=True)
class Scene:
    """A gallery with a worker, and somebody who searches it for these words, in turn."""

    visitor: Visitor
    worker: int
    texts: Sequence[str]
    _asked: int = field(default=0)

    def search(self) -> float:
        """Return the milliseconds that the next search takes."""
        text = self.texts[self._asked % len(self.texts)]
        self._asked += 1
        return self.visitor.milliseconds(page_address(Question(text)))


@contextmanager
def scene(texts: Sequence[str]) -> Iterator[Scene]:
    """Yield a gallery on the data that the environment names."""
    worker = subprocess.Popen([sys.executable, "-m", "homebooru", "worker"])
    try:
        with web_server() as (host, port, _):
            yield Scene(Visitor(host, port), worker.pid, texts)
    finally:
        worker.terminate()
        worker.wait()


def edited(sessions: Sessions, scene: Scene, order: Callable[[], BatchView]) -> dict[str, Any]:
    """Order a batch, search until the worker has made it, and return what was measured."""
    for _ in scene.texts:
        scene.search()  # the first one of each kind prepares what the next ones use
    calm = [scene.search() for _ in range(CALM)]
    before = _memory(scene.worker, "VmRSS")
    start = time.perf_counter()
    batch = order()
    meanwhile = []
    while show_batch(sessions, batch.id, EVERYTHING).finished_at is None:
        meanwhile.append(scene.search())
        time.sleep(PAUSE)
    seconds = time.perf_counter() - start
    return {
        "batch_id": batch.id,
        "posts": batch.posts,
        "seconds": round(seconds, 1),
        "a_second": round(batch.posts / seconds),
        "search_calm_ms": _spread(calm),
        "search_meanwhile_ms": _spread(meanwhile),
        "worker_mb": {"before": before, "at_most": _memory(scene.worker, "VmHWM")},
        "load": os.getloadavg()[0],
    }


def _spread(times: Sequence[float]) -> dict[str, float]:
    each = sorted(times) or [0.0]
    return {
        "median": round(statistics.median(each), 1),
        "p95": round(each[int(len(each) * 0.95)], 1),
        "worst": round(each[-1], 1),
        "searches": len(times),
    }


def _memory(pid: int, kind: str) -> float:
    """Return the megabytes that a process holds, or held at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{kind}:\s+(\d+) kB", status, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0
