"""Bars on a terminal, plain lines now and then anywhere else."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

from homebooru.cli.lines import printable
from homebooru.domain.jobs import JobView, known_total
from homebooru.ports import Progress

WIDTH = 24  # characters of the bar itself
TERMINAL_SECONDS = 0.1  # between two pictures of the bar
LINE_SECONDS = 5.0  # between two plain lines


class Bar:
    """One line that shows how far something is."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._every = TERMINAL_SECONDS if self._is_terminal else LINE_SECONDS
        self._shown_at = float("-inf")
        self._is_open = False

    def show(self, text: str, *, fraction: float | None = None) -> None:
        """Show the line, unless it was shown a moment ago."""
        now = time.monotonic()
        if now - self._shown_at < self._every:
            return
        self._shown_at = now
        text = printable(text)
        if not self._is_terminal:
            print(text, file=self._stream, flush=True)
            return
        line = f"{_drawn(fraction)} {text}" if fraction is not None else text
        columns = shutil.get_terminal_size().columns - 1
        print(f"\r\x1b[K{line[:columns]}", end="", file=self._stream, flush=True)
        self._is_open = True

    def clear(self) -> None:
        """Make room for other words."""
        if self._is_open:
            print("\r\x1b[K", end="", file=self._stream, flush=True)
            self._is_open = False

    def say(self, text: str) -> None:
        """Say something that stays."""
        self.clear()
        print(printable(text), file=self._stream, flush=True)


class BarProgress(Progress):
    """Progress of work in this process, shown to whoever sits at the terminal."""

    def __init__(self, label: str, bar: Bar | None = None) -> None:
        self._label = label
        self._bar = bar or Bar()
        self._done = 0
        self._total: int | None = None
        self._current: str | None = None
        self.errors = 0

    def expect(self, total: int | None) -> None:
        self._total = total
        self._show()

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        self._done += done
        self._current = current if current is not None else self._current
        self._show()

    def report_error(self, what: str, reason: str) -> None:
        self.errors += 1
        self._bar.say(f"{what}: {reason}")

    def goes_on(self) -> bool:
        return True

    def finish(self) -> None:
        """Take the bar away."""
        self._bar.clear()

    def _show(self) -> None:
        total = known_total(self._done, self._total)
        text = progress_text(self._label, self._done, total, self._current)
        self._bar.show(text, fraction=self._done / total if total else None)


def progress_text(label: str, done: int, total: int | None, current: str | None) -> str:
    """Return how far something is, in words."""
    counted = f"{done} of {total}" if total else str(done)
    return f"{label}: {counted}" + (f"  {current}" if current else "")


def job_text(job: JobView) -> str:
    """Return how far a job is, in words, with the time it still takes."""
    text = progress_text(job.title, job.done, job.total, None)
    if job.seconds_left is not None:
        text += f", {_duration(job.seconds_left)} left"
    return text + (f"  {job.current}" if job.current else "")


def _drawn(fraction: float) -> str:
    full = round(fraction * WIDTH)
    return f"[{'#' * full}{'.' * (WIDTH - full)}] {fraction:4.0%}"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
