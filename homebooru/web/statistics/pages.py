"""The library in figures: charts drawn here, tables of the same numbers, and ways to what they count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from babel.numbers import format_compact_decimal
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, get_locale

from homebooru.domain.accounts import Right
from homebooru.services.lookups.showing import asked_now
from homebooru.services.review.teaching import taught
from homebooru.services.statistics.figures import Figures, Period, figures
from homebooru.services.statistics.household import job_weeks, room
from homebooru.web.current import actor, deps, scope
from homebooru.web.statistics.charts import HEIGHT, WIDTH, Chart, bar_chart, by_years, line_chart

bp = Blueprint("statistics", __name__)

SEEDS = 10_000


@bp.get("/statistics")
def show() -> ResponseReturnValue:
    """Show the figures; `seed` draws the tags to explore, others each day where it is not given."""
    seed = request.args.get("seed", datetime.now(UTC).toordinal() % SEEDS, type=int) % SEEDS
    found = figures(deps().sessions, scope(), seed=seed, finder=deps().finder)
    is_admin = actor().may(Right.ADMIN)
    return render_template(
        "statistics/show.html",
        found=found,
        periods=found.periods,
        next_seed=(seed + 1) % SEEDS,
        charts=_charts(found),
        width=WIDTH,
        height=HEIGHT,
        short=short,
        name_of=name_of,
        label_of=lambda begin: written(begin, pattern_of(found.periods)),
        taught=taught(deps().sessions, scope(), finder=deps().finder),
        room=room(deps().sessions, deps().settings.data) if is_admin else None,
        asked=asked_now(deps().sessions) if is_admin else (),
        weeks=job_weeks(deps().sessions) if is_admin else (),
    )


def _charts(found: Figures) -> dict[str, Chart]:
    periods = found.periods
    if len(periods) < 2:
        return {}
    begins = [period.begin for period in periods]
    shares = {
        name: [100 * period.known[name] / max(1, period.total) for period in periods]
        for name in periods[-1].known
    }
    return {
        "growth": line_chart(begins, {"posts": [period.total for period in periods]}),
        "added": bar_chart(begins, [period.added.count for period in periods]),
        "coverage": line_chart(begins, shares, most=100),
    }


def short(value: float) -> str:
    """Write a number as briefly as an axis needs it."""
    return str(format_compact_decimal(value, fraction_digits=1, locale=get_locale()))


def name_of(period: Period) -> str:
    return written(period.begin, "d MMMM y" if period.begin == period.last else "LLLL y")


def pattern_of(periods: Sequence[Period]) -> str:
    """Return how periods are written below a chart: as years, where there are many."""
    if all(period.begin == period.last for period in periods):
        return "d MMM"
    return "y" if by_years([period.begin for period in periods]) else "LLL yy"


def written(day: date, pattern: str) -> str:
    return str(format_date(day, pattern))  # type: ignore[no-untyped-call]
