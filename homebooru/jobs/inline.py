"""Does all due work in this process: for commands that wait, and for tests."""

from __future__ import annotations

import time
from collections.abc import Mapping

from homebooru.db.queue import Work, WorkerPresence
from homebooru.jobs.declarations import JOBS
from homebooru.jobs.declaring import Job
from homebooru.jobs.progress import RunProgress
from homebooru.jobs.running import run_job
from homebooru.ports import Progress
from homebooru.services.working import is_anything_waiting, prune_feed, rescue
from homebooru.wiring import Deps

BREATH = 0.2  # seconds between two looks while only others are at work


def run_due(deps: Deps, progress: Progress, jobs: Mapping[str, Job] = JOBS) -> None:
    """Scan, read, tag and count until nothing is due and nobody is at it any more.

    A server may run beside it or not; both then share the work.
    """
    presence = WorkerPresence(deps.engine)
    presence.hold()
    shown = _Shown(progress)
    try:
        while shown.goes_on() and is_anything_waiting(deps.sessions, Work):
            rescue(deps.sessions)
            if not any(_run(deps, jobs[work.value], presence.id, shown) for work in Work):
                time.sleep(BREATH)
        prune_feed(deps.sessions, deps.index_file)  # where no worker runs, nobody else does
    finally:
        presence.leave()


class _Shown:
    """What the caller sees: one count over all the runs, one after the other."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.before = 0

    def goes_on(self) -> bool:
        return self.progress.goes_on()


class _Beside(Progress):
    """Tells two listeners at once; either of them may stop the work."""

    def __init__(self, run: RunProgress, shown: _Shown) -> None:
        self._run = run
        self._shown = shown
        self._before = shown.before

    def expect(self, total: int | None) -> None:
        self._run.expect(total)
        self._shown.progress.expect(None if total is None else self._before + total)

    def advance(self, done: int = 1, *, current: str | None = None) -> None:
        self._run.advance(done, current=current)
        self._shown.before += done
        self._shown.progress.advance(done, current=current)

    def report_error(self, what: str, reason: str) -> None:
        self._run.report_error(what, reason)
        self._shown.progress.report_error(what, reason)

    def goes_on(self) -> bool:
        return self._run.goes_on() and self._shown.goes_on()


def _run(deps: Deps, job: Job, worker_id: int, shown: _Shown) -> bool:
    state = run_job(
        deps,
        job,
        job_id=None,
        worker_id=worker_id,
        is_stopping=lambda: not shown.goes_on(),
        beside=lambda progress: _Beside(progress, shown),
    )
    return state is not None
