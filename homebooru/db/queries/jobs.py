"""Questions about jobs: what is due, who is at it, whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.alike import orders
from homebooru.db.queries.lookups import leisure
from homebooru.db.queries.lookups.asked import is_waiting
from homebooru.db.queries.takeover import staged
from homebooru.db.queue import Work, living_workers, release_claims_of
from homebooru.db.tables import (
    AssetWishRow,
    BackupOrderRow,
    DuplicateOrderRow,
    EditOrderRow,
    EmbeddingOrderRow,
    IntakeRow,
    JobErrorRow,
    JobRunRow,
    JobScheduleRow,
    LookOrderRow,
    PictureOrderRow,
    PreparationRow,
    PushOrderRow,
    RecordRow,
    RememberedRow,
    RetagOrderRow,
    ScanRequestRow,
    SidecarOrderRow,
    TagCountDeltaRow,
    TagListOrderRow,
    TrashOrderRow,
    VocabularyUndoRow,
    WorkerRow,
)
from homebooru.db.tables.base import Base, Due
from homebooru.domain.immich.wishes import OPEN
from homebooru.sites import SITES, TAGGERS

QUEUE = "homebooru"
DEFER_LOCK = 7283003  # first key of the advisory lock under which a job is deferred
SILENCE = 8  # seconds without a heartbeat after which procrastinate's worker counts as dead
DUE_TABLES: tuple[type[Due], ...] = (
    ScanRequestRow,
    IntakeRow,
    PreparationRow,
    TrashOrderRow,
    SidecarOrderRow,
    PushOrderRow,
    RecordRow,
    TagListOrderRow,
    VocabularyUndoRow,
    LookOrderRow,
    DuplicateOrderRow,
    EmbeddingOrderRow,
    PictureOrderRow,
    BackupOrderRow,
    AssetWishRow,
)
TABLES_OF: dict[Work, tuple[type[Base], ...]] = {
    Work.SCANS: (ScanRequestRow,),
    Work.FILES: (IntakeRow, PreparationRow),
    Work.TAKEOVER: (RememberedRow,),
    Work.TAGS: (RetagOrderRow,),
    Work.COUNTS: (TagCountDeltaRow,),
    Work.EDITS: (EditOrderRow,),
    Work.TRASH: (TrashOrderRow,),
    Work.SIDECARS: (SidecarOrderRow,),
    Work.PUSHES: (PushOrderRow,),
    Work.LOOKUPS: (RecordRow,),
    Work.TAGGING: (RecordRow,),
    Work.LISTS: (TagListOrderRow,),
    Work.UNDOING: (VocabularyUndoRow,),
    Work.LOOKS: (LookOrderRow,),
    Work.DUPLICATES: (DuplicateOrderRow,),
    Work.EMBEDDINGS: (EmbeddingOrderRow,),
    Work.PICTURES: (PictureOrderRow,),
    Work.WISHES: (AssetWishRow,),
    Work.BACKUPS: (BackupOrderRow,),
}
PART_OF: dict[Work, sa.ColumnElement[bool]] = {
    Work.LOOKUPS: RecordRow.source.in_(SITES),
    Work.TAGGING: RecordRow.source.in_(TAGGERS),
    Work.WISHES: AssetWishRow.state.in_(OPEN),
}
"""Which rows of its table are a kind of work, where others are of another kind."""


def is_due(session: Session, work: Work, *, or_claimed: bool = False) -> bool:
    """Tell whether there is work to take now; with `or_claimed` also what others are at."""
    if work is Work.TAGGING:
        return bool(session.scalar(sa.select(leisure.is_waiting(or_claimed=or_claimed))))
    if work is Work.TAKEOVER:
        return bool(session.scalar(sa.select(staged.is_ready())))
    if work is Work.EMBEDDINGS:
        return bool(session.scalar(sa.select(orders.is_waiting(or_claimed=or_claimed))))
    part = PART_OF.get(work, sa.true())
    waiting = [_waiting(table, part, or_claimed=or_claimed) for table in TABLES_OF[work]]
    return bool(session.scalar(sa.select(sa.or_(*waiting))))


def give_back(session: Session, work: Work, worker_id: int) -> None:
    """Make due again what a worker took for this work and, its run being over, cannot be at."""
    tables = [table for table in TABLES_OF[work] if issubclass(table, Due)]
    release_claims_of(session, worker_id, tables, only=PART_OF.get(work))


def _waiting(
    table: type[Base], part: sa.ColumnElement[bool], *, or_claimed: bool
) -> sa.ColumnElement[bool]:
    if table is RecordRow:
        return is_waiting(part, or_claimed=or_claimed)
    rows = sa.select(sa.literal(1)).select_from(table)
    if issubclass(table, Due):
        now = table.due <= sa.func.now()
        rows = rows.where(sa.or_(now, table.claimed_by.is_not(None)) if or_claimed else now)
    return rows.exists()


def defer(session: Session, name: str, *, unless_running: bool = False) -> bool:
    """Put a job into procrastinate's queue unless it waits there; tell whether it was put.

    The insert is ours because a queueing lock of procrastinate's, held by a waiting job, makes
    the retry of a running one fail and leaves that one running for ever.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(DEFER_LOCK, sa.func.hashtext(name))))
    states = ["todo", "doing"] if unless_running else ["todo"]
    put = session.execute(
        sa.text(
            "insert into procrastinate_jobs (queue_name, task_name, lock) "
            "select :queue, cast(:name as text), cast(:name as text) where not exists (select from procrastinate_jobs "
            "where task_name = cast(:name as text) and status = any(cast(:states as procrastinate_job_status[])))"
            " returning id"
        ),
        {"queue": QUEUE, "name": name, "states": states},
    )
    return put.first() is not None


def drop_waiting(session: Session, name: str) -> None:
    """Take a job that waits out of the queue."""
    session.execute(
        sa.text("delete from procrastinate_jobs where task_name = :name and status = 'todo'"),
        {"name": name},
    )


def hurry_waiting(session: Session, name: str) -> None:
    """Let a job that waits for its retry begin now."""
    session.execute(
        sa.text(
            "update procrastinate_jobs set scheduled_at = null "
            "where task_name = :name and status = 'todo' and scheduled_at is not null"
        ),
        {"name": name},
    )


def retry_stalled(session: Session, *, not_living: int | None = None) -> int:
    """Queue again the jobs whose worker died in the middle of them; return how many.

    A run tells whose job it is. Between the fetch of a job and its run there is only the
    heartbeat. `not_living` is a worker that knows that it runs nothing.
    """
    living = [one for one in living_workers(session) if one != not_living]
    freed = session.execute(
        sa.text(
            "update procrastinate_jobs j set status = 'todo', attempts = attempts + 1, "
            "scheduled_at = null where status = 'doing' "
            "and not exists (select from job_run r where r.job_id = j.id "
            "    and r.state = 'running' and r.worker_id = any(:living)) "
            "and (exists (select from job_run r where r.job_id = j.id and r.state = 'running' "
            "        and r.worker_id is not null) "
            "    or not exists (select from procrastinate_workers w where w.id = j.worker_id "
            "        and w.last_heartbeat > now() - make_interval(secs => :silence))) "
            "returning id"
        ),
        {"living": living, "silence": SILENCE},
    )
    return len(freed.all())


def forget_dead_workers(session: Session) -> None:
    """Delete the rows of workers whose processes are gone."""
    session.execute(
        sa.delete(WorkerRow).where(
            WorkerRow.id.not_in(living_workers(session)),
            WorkerRow.started_at < sa.func.now() - sa.text("interval '1 hour'"),
        )
    )


def keep_schedule(session: Session, name: str, every_seconds: int, *, fixed: bool | None) -> None:
    """Say how often a job runs by itself, and whether that is fixed to on or off."""
    values = {"every_seconds": every_seconds, "fixed": fixed}
    session.execute(
        insert(JobScheduleRow)
        .values(name=name, **values)
        .on_conflict_do_update(index_elements=[JobScheduleRow.name], set_=values)
    )


def take_turn(session: Session, name: str) -> bool:
    """Tell whether a scheduled job is due, and if so make this the only one to hear it."""
    row = JobScheduleRow
    every = sa.func.make_interval(0, 0, 0, 0, 0, 0, row.every_seconds)
    taken = session.execute(
        sa.update(row)
        .where(
            row.name == name,
            sa.func.coalesce(row.fixed, row.enabled),
            sa.or_(row.deferred_at.is_(None), row.deferred_at <= sa.func.now() - every),
        )
        .values(deferred_at=sa.func.now())
        .returning(row.name)
    )
    return taken.first() is not None


def is_paused(session: Session, name: str) -> bool:
    """Tell whether a person has paused the job."""
    row = JobRunRow
    held = sa.exists().where(row.name == name, row.state == "paused", row.wish == "pause")
    return bool(session.scalar(sa.select(held)))


def is_stopped(session: Session, name: str) -> bool:
    """Tell whether a person has paused the job, or cancelled its newest run."""
    row = JobRunRow
    cancelled = sa.exists().where(row.name == name, holds())
    return is_paused(session, name) or bool(session.scalar(sa.select(cancelled)))


def holds() -> sa.ColumnElement[bool]:
    """Tell whether a run was cancelled and keeps its job from beginning by itself."""
    later = aliased(JobRunRow)
    newer = sa.exists().where(later.name == JobRunRow.name, later.id > JobRunRow.id)
    return sa.and_(JobRunRow.state == "cancelled", JobRunRow.wish == "cancel", ~newer)


def let_go(session: Session, name: str) -> None:
    """Let a job begin by itself again: somebody asked for it since it was cancelled."""
    cancelled = JobRunRow.name == name, JobRunRow.state == "cancelled"
    session.execute(sa.update(JobRunRow).where(*cancelled).values(wish="go"))


def find_interrupted(session: Session, name: str, job_id: int | None) -> JobRunRow | None:
    """Return the run that is to be taken up again: interrupted, resumed, or failed before."""
    row = JobRunRow
    same = row.job_id == job_id if job_id is not None else sa.false()
    abandoned = sa.or_(row.worker_id.is_(None), row.worker_id.not_in(living_workers(session)), same)
    return session.scalars(
        sa.select(row)
        .where(
            row.name == name,
            sa.or_(
                sa.and_(row.state == "running", abandoned),
                sa.and_(row.state == "paused", row.wish == "go"),
                sa.and_(row.state == "failed", same),
            ),
        )
        .order_by(row.id.desc())
        .limit(1)
        .with_for_update()
    ).first()


def newest_runs(session: Session, limit: int) -> Sequence[JobRunRow]:
    """Return the runs that are not over, or hold their jobs back, then the newest ended ones."""
    over = sa.and_(JobRunRow.state.not_in(("running", "paused")), ~holds())
    return session.scalars(
        sa.select(JobRunRow).order_by(over, JobRunRow.updated_at.desc()).limit(limit)
    ).all()


def newest_errors(session: Session, run_ids: Sequence[int], each: int) -> Sequence[JobErrorRow]:
    """Return the newest errors of each run, newest first."""
    rank = sa.func.row_number().over(
        partition_by=JobErrorRow.run_id, order_by=JobErrorRow.id.desc()
    )
    ranked = (
        sa.select(JobErrorRow.id, rank.label("rank")).where(JobErrorRow.run_id.in_(run_ids))
    ).subquery()
    return session.scalars(
        sa.select(JobErrorRow)
        .join(ranked, ranked.c.id == JobErrorRow.id)
        .where(ranked.c.rank <= each)
        .order_by(JobErrorRow.id.desc())
    ).all()


def has_live_worker(session: Session) -> bool:
    """Tell whether a worker that takes jobs gave a sign of life lately."""
    return bool(
        session.scalar(
            sa.text(
                "select exists (select from procrastinate_workers "
                "where last_heartbeat > now() - make_interval(secs => :silence))"
            ),
            {"silence": SILENCE},
        )
    )


def prune(session: Session, days: int) -> None:
    """Forget runs that ended longer ago than `days`, and procrastinate's ended jobs.

    What a person cancelled holds for as long as that takes.
    """
    age = sa.func.make_interval(0, 0, 0, days)
    old = JobRunRow.finished_at < sa.func.now() - age
    session.execute(sa.delete(JobRunRow).where(old, ~holds()))
    session.execute(
        sa.text(
            "delete from procrastinate_jobs j where status not in ('todo', 'doing') "
            "and not exists (select from procrastinate_events e where e.job_id = j.id "
            "and e.at > now() - make_interval(days => :days))"
        ),
        {"days": days},
    )
