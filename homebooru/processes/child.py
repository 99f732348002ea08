"""What runs in a child process: it takes tasks from its parent, under limits that it sets itself.

processes/parent.py starts it, and says which socket, which parent and how many megabytes (0: as
many as it likes). It imports next to nothing by itself, so that it starts quickly; tasks bring their
modules along.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from homebooru.errors import HomeBooruError

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NICENESS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task: a value, an error of ours, or the traceback of another's."""

    value: Any = None
    error: HomeBooruError | None = None
    out_of_memory: bool = False
    failure: str | None = None


def main() -> None:
    socket, parent, megabytes = map(int, sys.argv[1:])
    _restrict(parent, megabytes)
    connection = Connection(socket)
    connection.send_bytes(b"ready")
    while True:
        try:
            task = connection.recv_bytes()
        except (EOFError, ConnectionResetError):
            return
        connection.send(answer(task))


def answer(task: bytes) -> Answer:
    try:
        function: Callable[..., Any]
        function, arguments = pickle.loads(task)  # noqa: S301 (our parent pickled it)
        return Answer(value=function(*arguments))
    except HomeBooruError as error:
        return Answer(error=error)
    except MemoryError:
        return Answer(out_of_memory=True)
    except Exception:  # noqa: BLE001 (the parent judges it)
        return Answer(failure=traceback.format_exc())


def _restrict(parent: int, megabytes: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("The parent is gone already.")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to decide about
    if megabytes:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)
    # Decoders and models need no network. Where the kernel does not let us leave it, we stay.
    if libc.unshare(CLONE_NEWNET) and os.geteuid():
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
