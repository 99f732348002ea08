"""How a job is declared, and the register of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from homebooru.db.queue import Work
from homebooru.ports import Progress
from homebooru.wiring import Deps

Body = Callable[[Deps, Progress, int | None], str | None]
"""What a job does; it may say what came of it."""


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
    One that `needs_room` rests while there is little.
    """

    name: str
    title: str
    body: Body
    work: Work | None = None
    cron: str | None = None
    every: Callable[[Deps], Every] | None = None
    settle: float = 0.05
    needs_room: bool = False


JOBS: dict[str, Job] = {}


def job(
    title: str,
    *,
    work: Work | None = None,
    cron: str | None = None,
    every: Callable[[Deps], Every] | None = None,
    settle: float = 0.05,
    needs_room: bool = False,
) -> Callable[[Body], Body]:
    """Declare a function as the job of its name."""

    def declare(body: Body) -> Body:
        name = body.__name__
        if name in JOBS:
            raise ValueError(f"the job {name} is declared twice")
        JOBS[name] = Job(
            name=name,
            title=title,
            body=body,
            work=work,
            cron=cron,
            every=every,
            settle=settle,
            needs_room=needs_room,
        )
        return body

    return declare
