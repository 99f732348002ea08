"""Shares connections out between the processes of the web server, so that none has them all.

All processes wait at one socket, and the kernel wakes whoever it likes. Connections of browsers
stay open: without this, one process may have all work while another has none.
"""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable

PLACES = 64  # one for each process, by the order in which they began
SIZE = 8  # bytes of a number
PATIENCE = 0.02  # seconds that a connection is left to a process that has fewer


class Shares:
    """How many connections each process has, in memory that those forked later see too."""

    def __init__(self) -> None:
        self._held = memoryview(mmap.mmap(-1, PLACES * SIZE)).cast("q")

    def note(self, process: int, connections: int) -> None:
        self._held[process % PLACES] = connections + 1  # 0 where there is no process

    def forget(self, process: int) -> None:
        self._held[process % PLACES] = 0

    def is_more_than_others(self, process: int) -> bool:
        """Tell whether some other process has fewer."""
        return self._held[process % PLACES] > min(held for held in self._held if held)


class Courtesy:
    """Lets a process leave new connections to those that have fewer; not for long, they may hang."""

    def __init__(self, shares: Shares, clock: Callable[[], float] = time.monotonic) -> None:
        self._shares = shares
        self._clock = clock
        self._leaves_since: float | None = None

    def leaves(self, process: int) -> bool:
        """Tell whether a process that could take a connection should leave it to others."""
        if self._shares.is_more_than_others(process):
            if self._leaves_since is None:
                self._leaves_since = self._clock()
            if self._clock() - self._leaves_since < PATIENCE:
                return True
        self._leaves_since = None
        return False
