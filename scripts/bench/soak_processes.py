"""The processes of a gallery, run apart as its units run them, and what each of them holds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from search_processes import own_mb, proportional_mb
from serve_nginx import below

PATIENCE = 240.0  # seconds
COMMANDS = {"database": ("db", "run"), "web": ("web",), "worker": ("worker",)}


@dataclass(frozen=True, slots=True)
class Own:
    """What one process has for itself alone: no file that it looks at, no cache that it shares."""

    memory_mb: float
    files: int


@dataclass(frozen=True, slots=True)
class Held:
    """What the processes of one unit hold together, and each of them by its number."""

    memory_mb: float
    threads: int
    each: Mapping[int, Own]

    @property
    def processes(self) -> int:
        return len(self.each)

    @property
    def own_mb(self) -> float:
        return sum(one.memory_mb for one in self.each.values())

    @property
    def files(self) -> int:
        return sum(one.files for one in self.each.values())


@dataclass(slots=True)
class Units:
    """The three units on a data folder; their words go into files beside it."""

    data: Path
    environment: Mapping[str, str]
    address: str
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, unit: str) -> None:
        command = [sys.executable, "-m", "homebooru", *COMMANDS[unit]]
        with self._log(unit).open("ab") as log:
            self._running[unit] = subprocess.Popen(
                command, env=dict(self.environment), stdout=log, stderr=subprocess.STDOUT
            )

    def start_all(self) -> None:
        for unit in COMMANDS:
            self.start(unit)
        self.wait_for_pages()

    def signal(self, unit: str, number: signal.Signals) -> None:
        """Send a signal; a unit that ends of it is started again, as systemd would."""
        process = self._running[unit]
        process.send_signal(number)
        if number is not signal.SIGHUP:
            process.wait(PATIENCE)
            self.start(unit)
        self.wait_for_pages()

    def close(self) -> None:
        """End what still runs, whatever happened."""
        for process in self._running.values():
            process.kill()
            process.wait()

    def stop_all(self) -> dict[str, int]:
        """Stop everything in good order, and return how each unit ended."""
        ended = {}
        for unit in reversed(COMMANDS):
            process = self._running.pop(unit)
            process.terminate()
            ended[unit] = process.wait(PATIENCE)
        return ended

    def wait_for_pages(self) -> None:
        wait_until(self._answers, "the pages answer")

    def _answers(self) -> bool:
        for unit, process in self._running.items():
            if process.poll() is not None:
                sys.exit(f"{unit} ended: {self._log(unit).read_text('utf-8')[-1000:]}")
        with suppress(OSError), urllib.request.urlopen(f"{self.address}/health", timeout=PATIENCE):  # noqa: S310  our own
            return True
        return False

    def held(self) -> dict[str, Held]:
        """Return what each unit holds now."""
        return {unit: _held(self._pids(unit)) for unit in COMMANDS}

    def strays(self) -> list[str]:
        """Return the commands of processes that work on the data and belong to no unit."""
        known = {pid for unit in self._running for pid in self._pids(unit)} | {os.getpid()}
        wanted = f"HOMEBOORU_DATA={self.data}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if wanted in (process / "environ").read_bytes() and int(process.name) not in known:
                    found.append((process / "cmdline").read_text("utf-8").replace("\0", " "))
        return found

    def _log(self, unit: str) -> Path:
        return self.data.parent / f"{unit}.log"

    def complaints(self) -> list[str]:
        """Return what the units logged as errors."""
        lines = [
            f"{unit}: {line}"
            for unit in COMMANDS
            for line in self._log(unit).read_text("utf-8", "replace").splitlines()
        ]
        return [line[:300] for line in lines if ": ERROR " in line[:20] or "[ERROR]" in line]

    def _pids(self, unit: str) -> list[int]:
        own = below(self._running[unit].pid)
        if unit != "database":
            return own
        file = self.data / "database/pgdata/postmaster.pid"
        return own + [pid for pid in below(int(file.read_text().split()[0])) if pid not in own]


def wait_until(what: Callable[[], bool], told: str) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > end:
            sys.exit(f"In {PATIENCE:.0f} seconds it did not happen that {told}.")
        time.sleep(0.25)


def _held(pids: list[int]) -> Held:
    each: dict[int, Own] = {}
    memory, threads = 0.0, 0
    for pid in pids:
        with suppress(OSError):  # one that has just ended
            memory += proportional_mb(pid)
            threads += len(os.listdir(f"/proc/{pid}/task"))
            each[pid] = Own(own_mb(pid), len(os.listdir(f"/proc/{pid}/fd")))
    return Held(round(memory, 1), threads, each)
