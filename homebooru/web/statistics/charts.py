"""Where the lines, bars and labels of a chart over time lie, in units of its own size."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, log10

WIDTH, HEIGHT = 720, 220
LEVELS = 4
"""About how many levels beside the upright axis have a label."""
LABELS = 8
"""How many labels at most stand below a chart."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over time: `lines` by name, `bars` as left, top, width and height of each period."""

    lines: Mapping[str, str]
    bars: Sequence[tuple[float, float, float, float]]
    levels: Sequence[tuple[float, float]]
    labels: Sequence[tuple[float, date]]

    @property
    def area(self) -> Mapping[str, str]:
        """Return each line with what lies below it."""
        return {
            name: f"{_ends(points)[0]},{HEIGHT} {points} {_ends(points)[1]},{HEIGHT}"
            for name, points in self.lines.items()
        }


def line_chart(
    begins: Sequence[date], values: Mapping[str, Sequence[float]], *, most: float | None = None
) -> Chart:
    """Draw a line for each name; `most` is the top of the chart, else what the values reach."""
    top, levels = scale(most or max((max(each) for each in values.values()), default=0))
    across = _across(len(begins))
    lines = {
        name: " ".join(
            f"{across(at):.1f},{_height(value, top):.1f}" for at, value in enumerate(each)
        )
        for name, each in values.items()
    }
    return Chart(lines, (), _levels(levels, top), _labels(begins, across))


def bar_chart(begins: Sequence[date], values: Sequence[float]) -> Chart:
    """Draw a bar for each period."""
    top, levels = scale(max(values, default=0))
    step = WIDTH / max(1, len(values))
    bars = [
        (
            round(at * step + step * 0.1, 1),
            round(_height(value, top), 1),
            round(step * 0.8, 1),
            round(HEIGHT - _height(value, top), 1),
        )
        for at, value in enumerate(values)
    ]
    return Chart({}, bars, _levels(levels, top), _labels(begins, lambda at: (at + 0.5) * step))


def scale(most: float) -> tuple[float, Sequence[float]]:
    """Return the top of an axis that holds a value, and the round levels up to there."""
    if most <= 0:
        return 1.0, (0.0, 1.0)
    rough = most / LEVELS
    unit = 10.0 ** int(log10(rough) // 1)
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough * 0.999)
    count = ceil(most / step - 1e-9)
    return step * count, [step * number for number in range(count + 1)]


def _height(value: float, top: float) -> float:
    return HEIGHT * (1 - value / top)


def _levels(levels: Sequence[float], top: float) -> Sequence[tuple[float, float]]:
    return [(round(_height(level, top), 1), level) for level in levels]


def _across(count: int) -> Callable[[int], float]:
    """Return what tells where the end of each period is; a single one is at the right."""
    return lambda at: WIDTH * (at / (count - 1) if count > 1 else 1)


def by_years(begins: Sequence[date]) -> bool:
    """Tell whether a chart over so many months is read by the years in it."""
    return len(begins) > 2 * 12 and len(_years(begins)) > 2


def _labels(begins: Sequence[date], across: Callable[[int], float]) -> Sequence[tuple[float, date]]:
    """Return some periods evenly apart, or some of those in which years begin."""
    places = _years(begins) if by_years(begins) else list(range(len(begins)))
    every = max(1, ceil(len(places) / LABELS))
    return [(round(across(at), 1), begins[at]) for at in places[::every]]


def _years(begins: Sequence[date]) -> list[int]:
    return [at for at, begin in enumerate(begins) if (begin.month, begin.day) == (1, 1)]


def _ends(points: str) -> tuple[str, str]:
    each = points.split()
    return each[0].split(",")[0], each[-1].split(",")[0]
