"""Days, months and years as a search names them, some relative to the day it is asked."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month of it, or a day of that."""

    year: int
    month: int | None = None
    day: int | None = None

    def first_day(self) -> date:
        return date(self.year, self.month or 1, self.day or 1)

    def last_day(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def following(self) -> Period:
        """Return the next period of the same kind; raises OverflowError after the year 9999."""
        return self._around(self.last_day() + timedelta(days=1))

    def preceding(self) -> Period:
        """Return the one before; raises OverflowError before the year 1."""
        return self._around(self.first_day() - timedelta(days=1))

    def _around(self, day: date) -> Period:
        return Period(day.year, self.month and day.month, self.day and day.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}"]
        parts += [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Ago:
    """The day that lies so many days before the one on which the search is asked."""

    days: int


@dataclass(frozen=True, slots=True)
class DateSpan:
    """From the beginning of `first` to the end of `last`; None is open-ended."""

    first: Period | Ago | None
    last: Period | Ago | None

    def moments(
        self, now: datetime, zone: tzinfo | None
    ) -> tuple[datetime | None, datetime | None]:
        """Return the first moment of the span and the first one after it.

        Days are those of `zone`, or of this machine where that is None.
        """
        today = now.astimezone(zone).date()
        start = None if self.first is None else _first_day(self.first, today)
        end = None if self.last is None else _last_day(self.last, today)
        return (
            None if start is None else midnight(start, zone),
            # no picture is younger than the last day that Python knows
            None if end is None or end == date.max else midnight(end + timedelta(days=1), zone),
        )


def _first_day(part: Period | Ago, today: date) -> date:
    return today - timedelta(days=part.days) if isinstance(part, Ago) else part.first_day()


def _last_day(part: Period | Ago, today: date) -> date:
    return today - timedelta(days=part.days) if isinstance(part, Ago) else part.last_day()


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins by the clocks of `zone`, or of this machine."""
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001  the zone comes next
    try:
        if zone is None:
            return naive.astimezone(UTC)  # by the rules of this machine at that time of year
        return naive.replace(tzinfo=zone).astimezone(UTC)
    except (OverflowError, ValueError):  # the rim of the calendar: offsets are lost there
        return naive.replace(tzinfo=UTC)
