"""What headers say about when to ask again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

YEARS = 1_000_000_000  # a number of seconds above this is a time since 1970
REMAINING = ("ratelimit-remaining", "x-ratelimit-remaining", "x-rate-limit-remaining")
RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")


def told_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long a server wants to be left alone, None where it does not say.

    `Retry-After` is a number of seconds or a date; the header of a quota that is used up may say
    it too.
    """
    wait = _moment(headers.get("retry-after", ""), now)
    return wait if wait is not None else spent(headers, now)


def spent(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long it takes until a quota that this answer has used up is full again."""
    if any(headers.get(name, "").strip() == "0" for name in REMAINING):
        waits = (_moment(headers.get(name, ""), now) for name in RESETS)
        return next((wait for wait in waits if wait is not None), None)
    return None


def _moment(text: str, now: datetime) -> timedelta | None:
    try:
        seconds = float(text)
    except ValueError:
        return _date(text, now)
    if not 0 <= seconds < 10 * YEARS:
        return None
    if seconds > YEARS:
        seconds -= now.timestamp()
    return timedelta(seconds=max(0.0, seconds))


def _date(text: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(timedelta(), known - now)
