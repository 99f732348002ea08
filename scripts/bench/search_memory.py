"""How much memory web processes take together that were forked after the index was read."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Callable
from pathlib import Path


def of_processes(count: int, work: Callable[[], None]) -> dict[str, float]:
    """Let processes do some work, and return the megabytes of all, and of one alone."""
    fork = multiprocessing.get_context("fork")
    worked = fork.Barrier(count + 1)
    measured = fork.Barrier(count + 1)

    def live() -> None:
        work()
        worked.wait()
        measured.wait()
        os._exit(0)

    processes = [fork.Process(target=live) for _ in range(count)]
    for process in processes:
        process.start()
    worked.wait()
    alive = [os.getpid(), *(process.pid for process in processes if process.pid)]
    together = sum(_megabytes(pid, "Pss") for pid in alive)
    alone = max(
        _megabytes(pid, "Private_Clean") + _megabytes(pid, "Private_Dirty") for pid in alive[1:]
    )
    measured.wait()
    for process in processes:
        process.join()
    return {"processes": count, "together_mb": round(together), "private_mb": round(alone)}


def _megabytes(pid: int, kind: str) -> float:
    held = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(rf"^{kind}:\s+(\d+) kB", held, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
