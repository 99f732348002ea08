"""Where the months of a search lie, in the orders that go by a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import accumulate

from homebooru.db.engine import Sessions, one_moment
from homebooru.domain.query import parse
from homebooru.domain.query.dates import midnight
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import Moment
from homebooru.domain.scope import Scope
from homebooru.search.asking import ask
from homebooru.search.finding import PLAIN, Finder

BY: Mapping[OrderBy, Moment] = {OrderBy.ID: Moment.ADDED, OrderBy.DATE: Moment.DATE}
LONGEST_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Posts of one month or day, which follow each other: how many, and how many come before."""

    begin: date
    count: int
    offset: int


def goes_by_date(order: Order) -> bool:
    """Tell whether posts in this order lie by months."""
    return order.by in BY


def months_of(
    sessions: Sessions,
    text: str,
    scope: Scope,
    *,
    days_of: date | None = None,
    finder: Finder = PLAIN,
    now: datetime | None = None,
    zone: tzinfo | None = None,
) -> tuple[Stretch, ...]:
    """Return the months that have posts of a search, in its order; none in other orders.

    `days_of` asks for the days of a month instead, told from its beginning by that date; what
    comes before is then what comes before in this month. Months are those of `zone`, or of this
    machine. Posts without a date come last, and are in no month. Raises QuerySyntaxError.
    """
    said, now = parse(text), now or datetime.now(UTC)
    with one_moment(sessions) as session, finder.finding(session) as finding:
        query, asked = ask(session, said, scope, now, zone, finding=finding)
        found, moment = finding.find(query, asked), BY.get(query.order.by)
        if moment is None:
            return ()
        if days_of is not None:
            begins = _days(days_of)
        elif span := found.span(moment):
            begins = months_over(span[0].astimezone(zone).date(), span[1].astimezone(zone).date())
        else:
            return ()
        counts = found.between(moment, [midnight(begin, zone) for begin in begins])
    pairs = [pair for pair in zip(begins[:-1], counts[:-1], strict=True) if pair[1]]
    return _laid(pairs[::-1] if query.order.descending else pairs)


def _laid(pairs: Sequence[tuple[date, int]]) -> tuple[Stretch, ...]:
    offsets = accumulate((count for _, count in pairs), initial=0)
    return tuple(
        Stretch(begin, count, offset)
        for (begin, count), offset in zip(pairs, offsets, strict=False)
    )


def months_over(first: date, last: date) -> Sequence[date]:
    """Return where each month begins, and where the one behind the last does."""
    begins = [first.replace(day=1)]
    while begins[-1] <= last:
        begins.append(_month_after(begins[-1]))
    return begins


def _days(month: date) -> Sequence[date]:
    end = _month_after(month)
    return [month + timedelta(days=day) for day in range((end - month).days + 1)]


def _month_after(month: date) -> date:
    return (month + LONGEST_MONTH).replace(day=1)
