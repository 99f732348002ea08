"""Stops the embedded database once nobody uses it, also where its last users were killed.

Run by its path, as a program of its own: it outlives whoever started the server, so it imports
nothing of ours and stays small.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

EVERY = 2.0  # seconds between two looks
STOP_SECONDS = 60.0


def watch_over(folder: Path, pid: int) -> None:
    """Start the guardian of the server `pid`; it goes when that server is gone."""
    guardian = [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(folder), str(pid)]
    subprocess.run(
        ["sh", "-c", '"$@" &', "sh", *guardian],  # a shell between, so that it is nobody's child
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        cwd="/",
        start_new_session=True,
    )


def may_be_server(pid: int, cluster: Path) -> bool:
    """Tell whether a process may be a cluster's server: it lives, and works in its folder.

    A zombie works nowhere. Where that cannot be seen, any living process may be it.
    """
    try:
        if Path("/proc/self/cwd").exists():
            return Path(f"/proc/{pid}/cwd").readlink() == cluster
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def guard(folder: Path, pid: int) -> None:
    start = os.open(folder / "start.lock", os.O_RDONLY)
    users = os.open(folder / "users.lock", os.O_RDONLY)
    while _is_current(folder, pid):
        if _take(start):
            if _take(users) and _is_current(folder, pid):
                _stop(folder, pid)
            fcntl.flock(users, fcntl.LOCK_UN)
            fcntl.flock(start, fcntl.LOCK_UN)
        time.sleep(EVERY)


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_current(folder: Path, pid: int) -> bool:
    cluster = folder / "pgdata"
    try:
        current = int((cluster / "postmaster.pid").read_text().split()[0]) == pid
    except (OSError, ValueError, IndexError):
        return False
    return current and may_be_server(pid, cluster)


def _stop(folder: Path, pid: int) -> None:
    """Ask for a fast shutdown and wait for it, while the locks keep newcomers out."""
    try:
        os.kill(pid, signal.SIGINT)
    except ProcessLookupError:
        return
    end = time.monotonic() + STOP_SECONDS
    while _is_current(folder, pid) and time.monotonic() < end:
        time.sleep(0.05)


if __name__ == "__main__":
    guard(Path(sys.argv[1]), int(sys.argv[2]))
