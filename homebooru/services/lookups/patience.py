"""Waiting for a service that is left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

BREATH = 0.2  # seconds between two looks whether to go on


def seconds_until(moment: datetime | None) -> float:
    """Return how long it takes until a moment; less than nothing where it is over."""
    return (moment - datetime.now(UTC)).total_seconds() if moment else 0.0


def waits_until(moment: datetime | None, most: float, goes_on: Callable[[], bool]) -> bool:
    """Wait for a moment; tell whether it came, which it does not where it takes too long."""
    left = seconds_until(moment)
    if left > most:
        return False
    ends = time.monotonic() + left
    while (left := ends - time.monotonic()) > 0 and goes_on():
        time.sleep(min(BREATH, left))
    return goes_on()
