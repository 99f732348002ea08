"""Several at work side by side, where what one finishes may be the beginning of another's."""

from __future__ import annotations

import threading
from collections.abc import Callable

BREATH = 0.2  # seconds between two looks whether to go on


class Relay:
    """Lets each of some threads work until all have nothing to do.

    Whoever has nothing to do looks again once another got something done, and counts as at work
    from that moment on: it may be about to do what others wait for.
    """

    def __init__(self, number: int, goes_on: Callable[[], bool]) -> None:
        self._news = threading.Condition()
        self._busy = number
        self._waiting = 0
        self._done = 0  # how often somebody got something done
        self._goes_on = goes_on

    def run(self, work: Callable[[], bool]) -> None:
        """Work, again and again; `work` tells whether it got something done."""
        seen = -1
        try:
            while self._goes_on():
                with self._news:
                    seen = self._done
                if work():
                    self._tell()
                elif not self._hears_of_more_than(seen):
                    break
        finally:
            self._leave()

    def _tell(self) -> None:
        with self._news:
            self._done += 1
            self._busy, self._waiting = self._busy + self._waiting, 0
            self._news.notify_all()

    def _hears_of_more_than(self, seen: int) -> bool:
        """Wait until somebody got something done, or nobody is at work any more."""
        with self._news:
            if self._done != seen:
                return True
            self._busy, self._waiting = self._busy - 1, self._waiting + 1
            self._news.notify_all()
            while self._done == seen and self._busy and self._goes_on():
                self._news.wait(BREATH)
            if self._done == seen:
                self._busy, self._waiting = self._busy + 1, self._waiting - 1
            return self._done != seen

    def _leave(self) -> None:
        with self._news:
            self._busy -= 1
            self._news.notify_all()
