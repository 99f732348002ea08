"""Takes a window apart that holds more than one answer: Immich's second pages lose assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from homebooru.domain.immich.assets import Asset
from homebooru.domain.immich.windows import Window

TICK = timedelta(milliseconds=1)
"""What Immich compares times with."""

Halves = tuple[Window, Window]


def halves(window: Window, some: Sequence[Asset]) -> Halves | None:
    """Return two windows that hold together what one holds, of which `some` was found.

    Between two moments of updating they are split first, and at one moment between two of taking;
    None where all that was found was updated and taken at the same. The halves share the moment
    between them, so nothing falls through.
    """
    updated = sorted(asset.updated_at for asset in some)
    between = _between(window.updated_after, window.updated_before, updated)
    if between is not None:
        return (
            replace(window, updated_before=between),
            replace(window, updated_after=between),
        )
    taken = sorted(asset.taken_at for asset in some)
    between = _between(window.taken_after, window.taken_before, taken)
    if between is not None:
        return replace(window, taken_before=between), replace(window, taken_after=between)
    return None


def holds(window: Window, asset: Asset) -> bool:
    """Tell whether an asset may be an answer to a window, as far as times are shown."""
    return (
        asset.visibility is window.visibility
        and _is_within(asset.updated_at, window.updated_after, window.updated_before)
        and _is_within(asset.taken_at, window.taken_after, window.taken_before)
    )


def _between(
    after: datetime | None, before: datetime | None, times: Sequence[datetime]
) -> datetime | None:
    """Return a moment inside of a window, near the middle of what was found there."""
    middle = _floor(times[len(times) // 2])
    for moment in (middle, middle + TICK):
        if (after is None or after < moment) and (before is None or moment < before):
            return moment
    if after is None and before is not None:  # what was found is the latest; others are earlier
        return min(middle, before) - TICK
    if after is not None and before is not None and before - after > TICK:
        return _floor(after + (before - after) / 2)
    return None


def _is_within(time: datetime, after: datetime | None, before: datetime | None) -> bool:
    return (after is None or after - TICK <= time) and (before is None or time <= before + TICK)


def _floor(time: datetime) -> datetime:
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
