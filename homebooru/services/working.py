"""What workers do about jobs: put them into the queue, begin, follow and end their runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries import changes
from homebooru.db.queries import jobs as queries
from homebooru.db.queue import Work, release_dead_claims
from homebooru.db.tables import JobErrorRow, JobRunRow
from homebooru.domain.jobs import JobState, Wish
from homebooru.search.index.snapshot import useful_snapshot

KEPT_ERRORS = 300  # of each run


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun, with what was done of it before an interruption."""

    id: int
    done: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How far a run is; `errors` are (what, reason) since the last note."""

    done: int
    total: int | None
    rate: float | None
    current: str | None
    errors: Sequence[tuple[str, str]] = ()


def defer_woken(sessions: Sessions, names: Iterable[str]) -> None:
    """Queue jobs that somebody asked for."""
    for name in sorted(names):
        with sessions.begin() as session:
            if not queries.is_paused(session, name):
                queries.defer(session, name)


def defer_following(sessions: Sessions, names: Iterable[str]) -> None:
    """Queue jobs that follow what happened, unless a person stopped them."""
    for name in sorted(names):
        with sessions.begin() as session:
            if not queries.is_stopped(session, name):
                queries.defer(session, name)


def defer_due(sessions: Sessions, works: Iterable[Work]) -> None:
    """Queue the jobs for which rows are due, unless a person stopped them."""
    for work in works:
        with sessions.begin() as session:
            name = work.value
            if not queries.is_stopped(session, name) and queries.is_due(session, work):
                queries.defer(session, name, unless_running=True)


def defer_scheduled(sessions: Sessions, names: Iterable[str]) -> None:
    """Queue the jobs whose time has come, unless a person stopped them; only one worker does it."""
    for name in names:
        with sessions.begin() as session:
            if queries.take_turn(session, name) and not queries.is_stopped(session, name):
                queries.defer(session, name)


def keep_schedule(sessions: Sessions, name: str, every: int, *, fixed: bool | None) -> None:
    """Say how often a job runs by itself, and whether the environment fixes that."""
    with sessions.begin() as session:
        queries.keep_schedule(session, name, every, fixed=fixed)


def rescue(sessions: Sessions, *, not_living: int | None = None) -> int:
    """Free what dead workers left behind: claimed rows, and jobs in their middle."""
    with sessions.begin() as session:
        freed = release_dead_claims(session, queries.DUE_TABLES)
        freed += queries.retry_stalled(session, not_living=not_living)
        queries.forget_dead_workers(session)
    return freed


def begin_run(
    sessions: Sessions,
    name: str,
    title: str,
    work: Work | None,
    *,
    job_id: int | None,
    worker_id: int | None,
    waits_for: str | None = None,
) -> Run | None:
    """Begin a run, or go on with an interrupted one; None where there is nothing to do.

    A pause holds for workers; a command (without `job_id`) runs because a person wants it now.
    With `waits_for`, a sentence that says what is lacking, the run only rests until there is.
    """
    with sessions.begin() as session:
        if job_id is not None and queries.is_paused(session, name):
            return None
        if work is not None and worker_id is not None:
            # the last run may have lost the database, and with it the chance to do so itself
            queries.give_back(session, work, worker_id)
        queries.let_go(session, name)
        row = queries.find_interrupted(session, name, job_id)
        if work is not None and not queries.is_due(session, work):
            if row is not None:
                row.state, row.finished_at = JobState.DONE, sa.func.now()
            return None
        if row is None:
            row = JobRunRow(name=name, title=title, done=0, errors=0)
            session.add(row)
        if waits_for is None:
            row.state, row.worker_id = JobState.RUNNING, worker_id
        else:
            row.state, row.worker_id = JobState.PAUSED, None
        row.wish, row.reason, row.current = Wish.GO, waits_for, None
        row.job_id, row.finished_at, row.updated_at = job_id, None, sa.func.now()
        session.flush()
        return Run(row.id, row.done, row.errors)


def note_progress(sessions: Sessions, run: Run, note: Note) -> Wish:
    """Write down how far a run is, and return what a person wants of it."""
    with sessions.begin() as session:
        row = session.get_one(JobRunRow, run.id, with_for_update=True)
        room = max(0, KEPT_ERRORS - row.errors)
        session.add_all(
            JobErrorRow(run_id=run.id, what=what, reason=reason)
            for what, reason in note.errors[:room]
        )
        row.done, row.total, row.rate, row.current = note.done, note.total, note.rate, note.current
        row.errors += len(note.errors)
        row.updated_at = sa.func.now()
        return Wish(row.wish)


def end_run(
    sessions: Sessions,
    run: Run,
    work: Work | None,
    *,
    wish: Wish,
    stopped: bool,
    waits_for: str | None = None,
    report: str | None = None,
) -> JobState:
    """End a run as its person wished it; what a shutdown stopped stays to be taken up again.

    So does one that lacks something: `waits_for` says what. One that found nothing to do leaves
    no trace. `report` says what came of it.
    """
    with sessions.begin() as session:
        row = session.get_one(JobRunRow, run.id, with_for_update=True)
        # a full database may not have let it give back what it had claimed
        or_claimed = waits_for is not None
        left = work is not None and queries.is_due(session, work, or_claimed=or_claimed)
        row.worker_id, row.current, row.report = None, None, report
        if wish is Wish.CANCEL:
            row.state, row.finished_at = JobState.CANCELLED, sa.func.now()
            queries.drop_waiting(session, row.name)
        elif wish is Wish.PAUSE and left:
            row.state = JobState.PAUSED
        elif waits_for is not None and left:
            row.state, row.reason = JobState.PAUSED, waits_for
        elif not (stopped and left):
            row.state, row.finished_at = JobState.DONE, sa.func.now()
            if not row.done and not row.errors:
                session.delete(row)
                return JobState.DONE
        return JobState(row.state)


def fail_run(sessions: Sessions, run: Run, reason: str) -> None:
    """End a run that could not go on."""
    with sessions.begin() as session:
        row = session.get_one(JobRunRow, run.id, with_for_update=True)
        row.state, row.reason, row.finished_at = JobState.FAILED, reason, sa.func.now()
        row.worker_id = row.current = None


def is_anything_waiting(sessions: Sessions, works: Iterable[Work]) -> bool:
    """Tell whether rows are due, or being worked on by somebody."""
    with sessions.begin() as session:
        return any(queries.is_due(session, work, or_claimed=True) for work in works)


def prune_feed(sessions: Sessions, index_file: Path) -> None:
    """Forget the changes that every reader has seen, and the file of the index."""
    with sessions.begin() as session:
        changes.prune(session, snapshot_file=useful_snapshot(session, index_file))


def prune_history(sessions: Sessions, days: int) -> None:
    """Forget runs that ended longer ago than `days`."""
    with sessions.begin() as session:
        queries.prune(session, days)
