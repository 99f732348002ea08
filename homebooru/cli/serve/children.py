"""The child processes of `serve`: started, started again when they die, and stopped."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from homebooru.cli.serve.parents import PARENT

SHORTEST_WAIT = 0.5  # seconds before a child that died is started again, doubled each time
LONGEST_WAIT = 30.0
HEALTHY = 60.0  # seconds of life after which a death is a new story
LAST_WAIT = 8.0  # seconds before a child that does not stop is killed


class Child:
    """A `homebooru` command that runs as long as we do."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        keep: Sequence[int] = (),
        tell: Callable[[str], None],
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-m", "homebooru", *arguments]
        self._environment = {**environment, PARENT: str(os.getpid())}
        self._keep = tuple(keep)
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._wait = SHORTEST_WAIT
        self._due = 0.0

    def look(self) -> None:
        """Start it if it does not run and has waited long enough."""
        now = time.monotonic()
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            self._process = None
            if now - self._started_at > HEALTHY:
                self._wait = SHORTEST_WAIT
            self._due = now + self._wait
            self._tell(
                f"The {self.name} ended ({_ending(status)}); it starts again in {self._wait:g} s."
            )
            self._wait = min(LONGEST_WAIT, 2 * self._wait)
        if now >= self._due:
            self._start(now)

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def stop(self, until: float) -> None:
        """Wait for its end, until some moment of the monotonic clock; then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _start(self, now: float) -> None:
        self._started_at = now
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            pass_fds=self._keep,
            stdin=subprocess.DEVNULL,
            process_group=0,  # a terminal's Ctrl-C is for us alone; we tell them
        )


def stop_all(children: Sequence[Child]) -> None:
    """Stop children side by side."""
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + LAST_WAIT
    for child in children:
        child.stop(until)


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
