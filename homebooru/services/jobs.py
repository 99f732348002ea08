"""Jobs for people: what runs, and pausing, resuming, cancelling, retrying it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import jobs as queries
from homebooru.db.queue import Work, living_workers, wake, wake_job
from homebooru.db.tables import JobErrorRow, JobRunRow, JobScheduleRow, RootRow
from homebooru.domain.jobs import JobError, JobState, JobView, MonitorStatus, Wish
from homebooru.errors import Conflict, NotFound
from homebooru.phrases import Phrase, phrase

MONITOR = "request_scans"  # the scheduled job that looks after the folders
SHOWN_ERRORS = 20  # of each run


def list_jobs(sessions: Sessions, *, limit: int = 30) -> tuple[JobView, ...]:
    """Return the runs that are not over, or hold their jobs back, then the newest ended ones."""
    with sessions.begin() as session:
        rows = queries.newest_runs(session, limit)
        errors = queries.newest_errors(session, [row.id for row in rows], SHOWN_ERRORS)
        return tuple(_view(row, [one for one in errors if one.run_id == row.id]) for row in rows)


def pause(sessions: Sessions, job_id: int) -> None:
    """Let a run stop after the batch at hand, and rest until it is resumed."""
    with sessions.begin() as session:
        row = _run(session, job_id)
        if row.state != JobState.RUNNING:
            raise Conflict(
                phrase("{title} is not running, so it cannot be paused.", title=Phrase(row.title))
            )
        row.wish = Wish.PAUSE
        if not _is_attended(session, row):
            row.state = JobState.PAUSED


def resume(sessions: Sessions, job_id: int) -> None:
    """Let a paused run go on where it stopped."""
    with sessions.begin() as session:
        row = _run(session, job_id)
        if row.state not in {JobState.RUNNING, JobState.PAUSED} or row.wish == Wish.CANCEL:
            raise Conflict(
                phrase("{title} is not paused, so it cannot go on.", title=Phrase(row.title))
            )
        row.wish = Wish.GO
        wake_job(session, row.name)


def cancel(sessions: Sessions, job_id: int) -> None:
    """End a run after the batch at hand; what is left waits until somebody asks for it.

    Neither its own clock nor what it follows lets it begin again.
    """
    with sessions.begin() as session:
        row = _run(session, job_id)
        if row.state not in {JobState.RUNNING, JobState.PAUSED}:
            raise Conflict(phrase("{title} has ended already.", title=Phrase(row.title)))
        row.wish = Wish.CANCEL
        if row.state == JobState.PAUSED or not _is_attended(session, row):
            row.state, row.finished_at = JobState.CANCELLED, sa.func.now()
            queries.drop_waiting(session, row.name)


def retry(sessions: Sessions, job_id: int) -> None:
    """Try again now what failed or was cancelled."""
    with sessions.begin() as session:
        row = _run(session, job_id)
        if row.state not in {JobState.FAILED, JobState.CANCELLED}:
            raise Conflict(
                phrase("{title} has neither failed nor been cancelled.", title=Phrase(row.title))
            )
        queries.hurry_waiting(session, row.name)
        wake_job(session, row.name)


def is_stopped(sessions: Sessions, name: str) -> bool:
    """Tell whether a person has stopped a job, so that it waits for their word."""
    with sessions() as session:
        return queries.is_stopped(session, name)


def monitor_status(sessions: Sessions) -> MonitorStatus:
    """Tell whether and how the folders are looked after by themselves."""
    with sessions.begin() as session:
        row = session.get(JobScheduleRow, MONITOR)
        checked, found = session.execute(
            sa.select(
                sa.func.max(RootRow.last_scan_at), sa.func.sum(RootRow.last_scan_found)
            ).where(RootRow.state != "removed")
        ).one()
        enabled = row is None or _is_enabled(row)
        return MonitorStatus(
            enabled=enabled,
            fixed=row is not None and row.fixed is not None,
            running=enabled and queries.has_live_worker(session),
            interval_seconds=row.every_seconds if row else None,
            last_check=checked,
            last_scan_found=found,
        )


def set_monitor(sessions: Sessions, *, enabled: bool) -> None:
    """Look after the folders by themselves, or stop it; raises Conflict where that is fixed."""
    with sessions.begin() as session:
        row = session.get(JobScheduleRow, MONITOR, with_for_update=True)
        if row is None:
            raise Conflict(phrase("No worker has run yet. Start HomeBooru first."))
        if row.fixed is not None and row.fixed != enabled:
            raise Conflict(
                phrase(
                    "The setting HOMEBOORU_MONITOR_ENABLED decides this. Change it, and start again."
                )
            )
        row.enabled = enabled
        wake(session, Work.SCANS)


def _run(session: Session, run_id: int) -> JobRunRow:
    row = session.get(JobRunRow, run_id, with_for_update=True)
    if row is None:
        raise NotFound(phrase("There is no job {run_id}.", run_id=run_id))
    return row


def _is_attended(session: Session, row: JobRunRow) -> bool:
    return row.worker_id is not None and row.worker_id in living_workers(session)


def _is_enabled(row: JobScheduleRow) -> bool:
    return row.enabled if row.fixed is None else row.fixed


def _view(row: JobRunRow, errors: list[JobErrorRow]) -> JobView:
    return JobView(
        id=row.id,
        name=row.name,
        title=row.title,
        state=JobState(row.state),
        wish=Wish(row.wish),
        reason=row.reason,
        done=row.done,
        total=row.total,
        rate=row.rate,
        current=row.current,
        errors=row.errors,
        report=row.report,
        recent_errors=tuple(JobError(one.what, one.reason, one.at) for one in errors),
        started_at=row.started_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
    )
