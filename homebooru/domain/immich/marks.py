"""From when on Immich is read, so that nothing is overlooked and little is read twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from homebooru.domain.immich.assets import Asset
from homebooru.domain.immich.bisecting import TICK

OVERLAP = timedelta(minutes=5)
"""For so long a change may come to light later than others with later times."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a user's assets were read.

    `watermark` is the latest time of updating that was seen, in Immich's words, and `seen_at` when,
    in ours: only differences of our clock count. Nothing new can come up to `settled`.
    """

    watermark: datetime | None = None
    seen_at: datetime | None = None
    settled: datetime | None = None

    @property
    def reads_from(self) -> datetime | None:
        """From when on to read; None from the beginning."""
        if self.watermark is None:
            return None
        overlapping = self.watermark - OVERLAP
        return overlapping if self.settled is None else max(overlapping, self.settled + TICK)

    def after(self, newest: datetime | None, began: datetime) -> Mark:
        """Return the mark once everything was read and stored, beginning at `began` by our clock."""
        settled = self.settled
        if self.seen_at is not None and began - self.seen_at >= OVERLAP:
            settled = self.watermark
        if newest is None or (self.watermark is not None and newest <= self.watermark):
            return replace(self, settled=settled)
        return Mark(newest, began, settled)


def changed(found: Iterable[Asset], known: Mapping[UUID, datetime | None]) -> list[UUID]:
    """Return the assets whose details are to be read, the oldest news first."""
    news = {one.id: one for one in found if known.get(one.id) != one.updated_at}
    return [one.id for one in sorted(news.values(), key=lambda one: (one.updated_at, one.id))]
