"""One run of a job, from its beginning to its end, whatever happens in between."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, OperationalError

from homebooru.domain.jobs import JobState
from homebooru.errors import DiskFull, HomeBooruError, disk_fault
from homebooru.jobs.declaring import Job
from homebooru.jobs.progress import RunProgress
from homebooru.phrases import phrase
from homebooru.ports import Progress
from homebooru.services.working import Run, begin_run, end_run, fail_run
from homebooru.wiring import Deps

log = logging.getLogger(__name__)


def run_job(
    deps: Deps,
    job: Job,
    *,
    job_id: int | None,
    worker_id: int | None,
    is_stopping: Callable[[], bool],
    beside: Callable[[RunProgress], Progress] = lambda progress: progress,
) -> JobState | None:
    """Run a job if there is anything to do for it; return how it ended, None if it did not run.

    `beside` lets a caller watch the progress. Raises DiskFull once the run rests for want of room.
    """
    full = _lack_of_room(deps, job)
    run = begin_run(
        deps.sessions,
        job.name,
        job.title,
        job.work,
        job_id=job_id,
        worker_id=worker_id,
        waits_for=str(full) if full else None,
    )
    if run is None:
        return None
    if full is not None:
        raise full
    fields = {"job": job.name, "run": run.id, "job_id": job_id, "worker": worker_id}
    log.info("Job begins", extra=fields)
    began = time.monotonic()
    progress = RunProgress(deps.sessions, run, is_stopping)
    try:
        report = _do(job, deps, beside(progress), worker_id)
        progress.note()
        state = end_run(
            deps.sessions,
            run,
            job.work,
            wish=progress.wish,
            stopped=is_stopping(),
            report=report,
        )
    except DiskFull as error:
        log.warning("Job rests: %s", error, extra=fields)
        _rest(deps, run, job, progress, str(error))
        raise
    except Exception as error:
        _give_up(deps, run, error, fields)
        raise
    told = f": {report}" if report else ""
    log.info("Job ends%s", told, extra={**fields, "state": state, "seconds": _since(began)})
    return state


def _do(job: Job, deps: Deps, progress: Progress, worker_id: int | None) -> str | None:
    """Do what a job is for; a disk that fails is told in words."""
    try:
        return job.body(deps, progress, worker_id)
    except OSError as error:
        raise disk_fault(error) or error from error


def _lack_of_room(deps: Deps, job: Job) -> DiskFull | None:
    if job.needs_room:
        try:
            deps.free_space()
        except DiskFull as error:
            return error
    return None


def _rest(deps: Deps, run: Run, job: Job, progress: RunProgress, reason: str) -> None:
    """Let a run wait for room; the database may be what has none."""
    try:
        progress.note()
        if job.work is None:  # nothing stays due: it is tried at its time again
            fail_run(deps.sessions, run, reason)
            return
        end_run(deps.sessions, run, job.work, wish=progress.wish, stopped=False, waits_for=reason)
    except (DiskFull, DBAPIError):
        log.warning("The rest could not be written down")


def _give_up(deps: Deps, run: Run, error: Exception, fields: dict[str, object]) -> None:
    known = isinstance(error, HomeBooruError | OperationalError)
    reason = str(error) if known else f"{type(error).__name__}: {error}"
    if isinstance(error, OperationalError):
        reason = phrase("The database went away.")
    log.error("Job failed: %s", reason, extra=fields, exc_info=None if known else error)
    try:
        fail_run(deps.sessions, run, reason)
    except DBAPIError:
        log.warning("The failure could not be written down", extra=fields)


def _since(began: float) -> float:
    return round(time.monotonic() - began, 2)
