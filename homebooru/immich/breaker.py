"""Leaves a server alone for a while after it failed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from homebooru.domain.lookups.manners import Failure, pause
from homebooru.errors import RateLimited, RemoteUnavailable


class Breaker:
    """Keeps whoever asks, in whatever thread, from a server that is down; one for each key.

    Requests that were under way side by side when it failed count as one failure.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._last: RemoteUnavailable | None = None

    def check(self) -> int:
        """Raise the last error while the server is left alone; else return how often it failed."""
        with self._lock:
            last = self._last
            if last is not None and last.until is not None and datetime.now(UTC) < last.until:
                raise type(last)(str(last), until=last.until)
            return self._failures

    def went_well(self) -> None:
        """Say that it answered."""
        with self._lock:
            self._failures, self._last = 0, None

    def failed(self, error: RemoteUnavailable, failures: int) -> None:
        """Say that it failed, having failed so many times before; sets until when it is left."""
        kind = Failure.LIMITED if isinstance(error, RateLimited) else Failure.UNAVAILABLE
        with self._lock:
            if self._failures == failures or self._last is None:
                self._failures += 1
                self._last = error
            error.until = datetime.now(UTC) + pause(kind, self._failures, error.told)
