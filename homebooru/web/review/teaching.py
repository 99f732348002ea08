"""What the answers teach of models, drawn as a curve and told as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from homebooru.domain.accounts import Right
from homebooru.domain.review.scoring import STEPS, Curve, Score
from homebooru.domain.tags import Category
from homebooru.services.review.teaching import Taught, ask_to_measure, taught
from homebooru.web.current import deps, scope
from homebooru.web.security import needs

bp = Blueprint("teaching", __name__)

WIDTH, HEIGHT = 600, 240
ROWS = 10
"""Every so many hundredths the table has a line."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A curve, ready to be put into SVG: points are in units of its own size."""

    line: str
    band: str
    threshold: float
    wanted: float | None
    rows: Sequence[tuple[int, Score]]


@bp.get("/review/teaching")
def show() -> ResponseReturnValue:
    """Show one model's curve in one category, and the tags that models are worst at."""
    found = taught(deps().sessions, scope(), finder=deps().finder)
    own = _chosen(found)
    return render_template(
        "review/teaching.html",
        found=found,
        own=own,
        drawing=None if own is None else drawn(found, own),
        width=WIDTH,
        height=HEIGHT,
    )


@bp.post("/review/teaching/measure")
@needs(Right.ADMIN)
def measure() -> ResponseReturnValue:
    ask_to_measure(deps().sessions)
    return redirect(url_for(".show"), code=303)


def _chosen(found: Taught) -> tuple[str, Category] | None:
    """Return what the address asks for, else what most is known of."""
    source, _, label = request.args.get("of", "").rpartition("/")
    for own in found.curves:
        if (own[0], own[1].label) == (source, label):
            return own
    if not found.curves:
        return None
    return max(found.curves, key=lambda own: found.curves[own].from_on[0].samples)


def drawn(found: Taught, own: tuple[str, Category]) -> Drawing:
    """Draw a curve: precision upwards, against the threshold."""
    curve: Curve = found.curves[own]
    totals = [(step, score) for step, score in enumerate(curve.from_on) if score.samples]
    line = [(step, score.precision or 0.0) for step, score in totals]
    low = [(step, score.interval[0]) for step, score in totals]
    high = [(step, score.interval[1]) for step, score in totals]
    return Drawing(
        line=_points(line),
        band=_points([*low, *reversed(high)]),
        threshold=found.policy.threshold(*own),
        wanted=found.policy.precision(*own),
        rows=[(step, score) for step, score in totals if step % ROWS == 0],
    )


def _points(values: Sequence[tuple[int, float]]) -> str:
    return " ".join(
        f"{step / STEPS * WIDTH:.1f},{(1 - share) * HEIGHT:.1f}" for step, share in values
    )
