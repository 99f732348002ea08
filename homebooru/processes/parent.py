"""Starts a child process, hands it one task at a time, and buries it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from pathlib import Path

import homebooru
from homebooru.errors import HomeBooruError
from homebooru.phrases import phrase
from homebooru.processes.answers import LARGEST, Nonsense, read_answer
from homebooru.processes.child import Answer

START = "from homebooru.processes.child import main; main()"  # not -m: there, classes change names
START_SECONDS = 60
FITS = 64 << 10  # bytes that a pipe holds, whether anybody reads them or not
PAGE = os.sysconf("SC_PAGE_SIZE")


class ChildDied(Exception):
    """A child ended before it answered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take; no `memory_mb` (0) means as much as it likes."""

    seconds: float
    memory_mb: int


class Child:
    """A running child process; only the thread that started it talks to it."""

    def __init__(self, memory_mb: int, environment: Mapping[str, str]) -> None:
        self._connection, theirs = Pipe()
        self.tasks = 0
        with theirs:
            self._process = subprocess.Popen(
                _command(theirs.fileno(), memory_mb),
                pass_fds=[theirs.fileno()],
                env=_environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # decoders and models chat
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def holds_mb(self) -> int:
        """Return the megabytes of memory that the process holds."""
        with suppress(OSError):
            pages = Path(f"/proc/{self.pid}/statm").read_text("ascii").split()[1]
            return int(pages) * PAGE >> 20
        return 0

    def greet(self) -> None:
        """Wait until the child takes tasks; raises HomeBooruError where it does not start."""
        with suppress(EOFError, OSError):
            if self._connection.poll(START_SECONDS):
                self._connection.recv_bytes()
                return
        ending = self.end()
        if ending >= 0:
            raise HomeBooruError(
                phrase(
                    "The processes that do the work do not start: {ending}. Run `{executable} -c "
                    "'import homebooru.processes.child'` to see why.",
                    ending=_name(ending),
                    executable=sys.executable,
                )
            )
        raise ChildDied(_name(ending))

    def ask(self, call: bytes, seconds: float) -> Answer:
        """Have the child do a task; raises TimeoutError or ChildDied."""
        self.tasks += 1
        try:
            self._send(call, seconds)
            if self._connection.poll(seconds):
                return read_answer(self._connection.recv_bytes(LARGEST))
        except Nonsense as error:
            self.end()
            raise ChildDied(phrase("an answer that makes no sense")) from error
        except (EOFError, OSError):
            raise ChildDied(_name(self.end())) from None
        raise TimeoutError

    def _send(self, call: bytes, seconds: float) -> None:
        """Hand a task over; a child that does not even take it in is killed."""
        if len(call) <= FITS:
            self._connection.send_bytes(call)
            return
        overdue = threading.Timer(seconds, self.kill)
        overdue.daemon = True
        overdue.start()
        try:
            self._connection.send_bytes(call)
        finally:
            overdue.cancel()

    def kill(self) -> None:
        """Kill the process from any thread; its own thread then sees it die."""
        self._process.kill()

    def end(self) -> int:
        """Kill the process, if it lives, and return what it ended with."""
        ended = self._process.poll()
        self._process.kill()
        self._connection.close()
        self._process.wait()
        return self._process.returncode if ended is None else ended


def _command(socket: int, memory_mb: int) -> list[str]:
    # -P: a module in the folder where we were started must not pass for one of ours
    return [sys.executable, "-P", "-c", START, str(socket), str(os.getpid()), str(memory_mb)]


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    package = str(Path(homebooru.__path__[0]).parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **own, "PYTHONPATH": os.pathsep.join(paths)}


def _name(returncode: int) -> str:
    """Say in words how a process ended."""
    if returncode >= 0:
        return phrase("exit code {code}", code=returncode)
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return phrase("signal {number}", number=-returncode)
