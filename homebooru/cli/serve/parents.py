"""Processes that do not outlive their parent, however it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

PARENT = "HOMEBOORU_PARENT"  # the process id of who started us, in the environment
PR_SET_PDEATHSIG = 1
LOOK = 0.5  # seconds between two looks, where the kernel does not tell


def die_with_parent() -> None:
    """End this process, as by SIGTERM, when its parent is gone."""
    if not sys.platform.startswith("linux"):
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def die_with_starter() -> bool:
    """Do so where `serve` started us, also if it died while we were on our way here.

    Return whether it did start us.
    """
    starter = os.environ.pop(PARENT, None)
    if starter is None:
        return False
    die_with_parent()
    if os.getppid() != int(starter):
        sys.exit("homebooru: whoever started this is gone")
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
