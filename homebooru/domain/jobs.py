"""Jobs as they are shown, and what a person may wish of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

FEW = 10  # things after which the rate begins to say how long the rest takes


class JobState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Wish(StrEnum):
    """What a person wants of a run."""

    GO = "go"
    PAUSE = "pause"
    CANCEL = "cancel"


def known_total(done: int, total: int | None) -> int | None:
    """Return how much there is to do, or None where more is done than was expected."""
    return total if total is not None and total >= done else None


@dataclass(frozen=True, slots=True)
class JobError:
    """Something that a run could not do."""

    what: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobView:
    """A run of a job: how far it is, how fast, and what it could not do.

    `rate` is in things a second. `errors` counts them all; `recent_errors` are the newest of
    those that were kept. `report` says what came of it. A run that is to be paused or cancelled
    stays running until the batch at hand is finished.
    """

    id: int
    name: str
    title: str
    state: JobState
    wish: Wish
    reason: str | None
    done: int
    total: int | None
    rate: float | None
    current: str | None
    errors: int
    report: str | None
    recent_errors: tuple[JobError, ...]
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def waits(self) -> bool:
        """Whether it rests by itself, for what `reason` says, and goes on by itself."""
        return self.state is JobState.PAUSED and self.wish is Wish.GO and self.reason is not None

    @property
    def fraction(self) -> float | None:
        """How much is done, from 0 to 1, where the total is known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the present rate."""
        if self.state is not JobState.RUNNING or not self.rate or self.total is None:
            return None
        if self.done < FEW:
            return None
        return max(0, self.total - self.done) / self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStatus:
    """Whether folders are looked after by themselves.

    `running` is whether a worker lives to do it. `fixed` is set where the environment or the
    settings file decides, so that nobody can change it on a page.
    """

    enabled: bool
    fixed: bool
    running: bool
    interval_seconds: int | None
    last_check: datetime | None
    last_scan_found: int | None
