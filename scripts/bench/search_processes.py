"""How much memory the processes of a web server take, and how many of them there are."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

START_SECONDS = 30.0


def of_server(arbiter: int) -> dict[str, float]:
    """Return the megabytes of a server with all its processes, and of what one has alone.

    A page of memory that several share counts for each of them in part, so that the sum is what
    they take together.
    """
    workers = workers_of(arbiter)
    alone = (_megabytes(pid, "Private_Clean") + _megabytes(pid, "Private_Dirty") for pid in workers)
    return {
        "processes": len(workers),
        "together_mb": round(sum(proportional_mb(pid) for pid in (arbiter, *workers))),
        "private_mb": round(max(alone)),
    }


def add_one(arbiter: int) -> None:
    """Let a server have one more process than now."""
    wanted = len(workers_of(arbiter)) + 1
    os.kill(arbiter, signal.SIGTTIN)
    end = time.monotonic() + START_SECONDS
    while len(workers_of(arbiter)) < wanted:
        if time.monotonic() > end:
            raise AssertionError("The server starts no further process.")
        time.sleep(0.1)


def workers_of(arbiter: int) -> list[int]:
    return [
        int(pid) for pid in Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split()
    ]


def proportional_mb(pid: int) -> float:
    """Return the megabytes of a process; what several share counts for each of them in part."""
    return _megabytes(pid, "Pss")


def own_mb(pid: int) -> float:
    """Return the megabytes that a process made for itself: no file of the disk, no shared cache."""
    return _megabytes(pid, "Pss_Anon")


def _megabytes(pid: int, kind: str) -> float:
    held = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(rf"^{kind}:\s+(\d+) kB", held, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
