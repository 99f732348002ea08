"""How a job is declared, and the register of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homebooru.db.queue import Work
from homebooru.ports import Progress
from homebooru.wiring import Deps

Body = Callable[[Deps, Progress, int | None], Any]


@dataclass(frozen=True, slots=True)
class Every:
    """How often a job runs by itself; `fixed` where the environment says on or off."""

    seconds: int
    fixed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job: it is run where `work` is due, by the clock, or both.

    `cron` is for schedules of minutes and more, which procrastinate keeps; `every` for
    intervals that the settings tell. `settle` is how long a wake-up waits for others like it.
    """

    name: str
    title: str
    body: Body
    work: Work | None = None
    cron: str | None = None
    every: Callable[[Deps], Every] | None = None
    settle: float = 0.05


JOBS: dict[str, Job] = {}


def job(
    title: str,
    *,
    work: Work | None = None,
    cron: str | None = None,
    every: Callable[[Deps], Every] | None = None,
    settle: float = 0.05,
) -> Callable[[Body], Body]:
    """Declare a function as the job of its name."""

    def declare(body: Body) -> Body:
        name = body.__name__
        if name in JOBS:
            raise ValueError(f"the job {name} is declared twice")
        JOBS[name] = Job(
            name=name, title=title, body=body, work=work, cron=cron, every=every, settle=settle
        )
        return body

    return declare
