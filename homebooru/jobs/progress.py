"""Progress that other processes see: written to the run's row, at most twice a second."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from homebooru.db.engine import Sessions
from homebooru.domain.jobs import Wish, known_total
from homebooru.ports import Progress
from homebooru.services.working import Note, Run, note_progress

INTERVAL = 0.5  # seconds between two notes
MEMORY = 10.0  # seconds over which the rate is averaged


class RunProgress(Progress):
    """Counts what a run does, and hears there whether it is to go on."""

    def __init__(self, sessions: Sessions, run: Run, is_stopping: Callable[[], bool]) -> None:
        self._sessions = sessions
        self._run = run
        self._is_stopping = is_stopping
        self._done = self._noted_done = run.done
        self._total: int | None = None
        self._rate: float | None = None
        self._current: str | None = None
        self._errors: list[tuple[str, str]] = []
        self._noted_at = time.monotonic()
        self.wish = Wish.GO

    def expect(self, total: int | None) -> None:
        self._total = None if total is None else self._run.done + total
        self._note_in_time()

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        self._done += done
        self._current = current if current is not None else self._current
        self._note_in_time()

    def report_error(self, what: str, reason: str) -> None:
        self._errors.append((what, reason))
        self._note_in_time()

    def goes_on(self) -> bool:
        self._note_in_time()
        return self.wish is Wish.GO and not self._is_stopping()

    def note(self) -> None:
        """Write down how far the run is, and read what is wished of it."""
        now = time.monotonic()
        self._measure(now - self._noted_at)
        note = Note(
            done=self._done,
            total=known_total(self._done, self._total),
            rate=self._rate,
            current=self._current,
            errors=self._errors,
        )
        self.wish = note_progress(self._sessions, self._run, note)
        self._errors = []
        self._noted_at, self._noted_done = now, self._done

    def _note_in_time(self) -> None:
        if time.monotonic() - self._noted_at >= INTERVAL:
            self.note()

    def _measure(self, seconds: float) -> None:
        if seconds < INTERVAL:
            return
        fresh = (self._done - self._noted_done) / seconds
        weight = 1 - math.exp(-seconds / MEMORY)
        self._rate = fresh if self._rate is None else self._rate + weight * (fresh - self._rate)
