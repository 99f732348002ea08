"""What children of a pool are made to do in tests."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

from homebooru.errors import FileGone, Unreadable


def double(number):
    return 2 * number


def pid():
    return os.getpid()


def sleep(seconds, mark=None):
    if mark:
        Path(mark).touch()
    time.sleep(seconds)
    return "awake"


def eat_memory():
    return len([bytearray(64 << 20) for _ in range(1000)])


def crash():
    ctypes.string_at(0)


def leave():
    os._exit(7)


def die_unless_tried(mark, times):
    """Kill the process, unless that many have died of it already."""
    deaths = len(list(Path(mark).parent.glob(Path(mark).name + "*")))
    if deaths < times:
        Path(f"{mark}{deaths}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return deaths


def fail(kind):
    raise {"unreadable": Unreadable, "gone": FileGone, "bug": ZeroDivisionError}[kind]("Because.")


def limits():
    return (
        resource.getrlimit(resource.RLIMIT_AS)[0],
        resource.getrlimit(resource.RLIMIT_CORE)[0],
        os.nice(0),
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    )


def interfaces():
    return [name for _, name in socket.if_nameindex()]


def modules():
    return sorted({name.partition(".")[0] for name in sys.modules})
