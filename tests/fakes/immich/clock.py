"""The server's time, which never stands still, and the jobs that it does later."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

STEP = timedelta(microseconds=1337)


class Clock:
    """Every look at it is later than the one before, unless it is held."""

    def __init__(self):
        self._now = datetime(2026, 11, 21, tzinfo=UTC)
        self._held = False

    def now(self):
        if not self._held:
            self._now += STEP
        return self._now

    def advance(self, **by):
        self._now += timedelta(**by)

    @contextmanager
    def held(self):
        """Let everything that happens meanwhile happen at one and the same microsecond."""
        self._held = True
        try:
            yield self._now
        finally:
            self._held = False
            self._now += STEP


class Jobs:
    """What the server does after it answered.

    With `polls` = 0 all is done before the next request; with a number each job comes so many
    requests after it was ordered; with None nothing is done until `settle`.
    """

    def __init__(self, polls=0):
        self.polls = polls
        self._waiting = deque()
        self._requests = 0

    def order(self, job):
        self._waiting.append((self._requests, job))

    def tick(self):
        """Count a request, and do what is due by now."""
        self._requests += 1
        if self.polls == 0:
            self.settle()
        elif self.polls is not None:
            self._run(lambda ordered: ordered + self.polls <= self._requests)

    def settle(self):
        """Do everything, and what follows from it."""
        self._run(lambda _ordered: True)

    def _run(self, is_due):
        while self._waiting and is_due(self._waiting[0][0]):
            self._waiting.popleft()[1]()

    def __len__(self):
        return len(self._waiting)
