"""Backups: made each day or when somebody wants one, and how they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.queue import Work, claim, wake
from homebooru.db.retrying import in_transaction
from homebooru.db.tables import BackupOrderRow
from homebooru.domain.upkeep.backups import Backup, BackupKind, BackupPlan, next_time, pause_after
from homebooru.errors import HomeBooruError, disk_fault
from homebooru.phrases import phrase
from homebooru.ports import Progress

SETTING = "backups"
DAILY, HAND = "daily", "hand"
KINDS = {DAILY: BackupKind.DAILY, HAND: BackupKind.HAND}
Make = Callable[[BackupKind, int | None], Backup]
"""Makes a backup of a kind, of which so many are kept, if any go at all.

Raises HomeBooruError or OSError.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupStatus:
    """How backups stand: the newest one, the next daily one, and what went wrong since.

    `waits` says that one is being made, or about to be.
    """

    plan: BackupPlan
    newest: Backup | None
    count: int
    size: int
    next_at: datetime | None
    waits: bool
    reason: str | None
    failed_at: datetime | None


def backup_status(sessions: Sessions, there: Sequence[Backup]) -> BackupStatus:
    """Tell how backups stand; `there` are those that lie in the folder, the newest first."""
    with sessions.begin() as session:
        plan = _plan(session)
        rows = {row.kind: row for row in session.scalars(sa.select(BackupOrderRow))}
        now = session.scalars(sa.select(sa.func.now())).one()
    failed = [row for row in rows.values() if row.reason is not None]
    worst = max(failed, key=lambda row: row.failed_at or now, default=None)
    return BackupStatus(
        plan=plan,
        newest=there[0] if there else None,
        count=len(there),
        size=sum(one.size for one in there),
        next_at=rows[DAILY].due if DAILY in rows else None,
        waits=any(row.claimed_by or row.due <= now for row in rows.values()),
        reason=worst.reason if worst else None,
        failed_at=worst.failed_at if worst else None,
    )


def order_backup(sessions: Sessions) -> None:
    """Let a backup be made now."""
    with sessions.begin() as session:
        _order(session, HAND, datetime.now(UTC))
        wake(session, Work.BACKUPS)


def keep_plan(sessions: Sessions, plan: BackupPlan) -> None:
    """Set when backups are made, and how many of the daily ones stay."""
    kept = {"enabled": plan.enabled, "at": plan.at.strftime("%H:%M"), "kept": plan.kept}
    with sessions.begin() as session:
        keep_setting(session, SETTING, kept)
        if plan.enabled:
            _order(session, DAILY, next_time(plan, datetime.now(UTC)))
        else:
            session.execute(sa.delete(BackupOrderRow).where(BackupOrderRow.kind == DAILY))


def back_up_due(
    sessions: Sessions, make: Make, progress: Progress, *, worker_id: int | None = None
) -> int:
    """Make the backups that are due; return how many were made.

    One that cannot be made is tried again, ever more rarely, and its order says why.
    """
    made = 0
    while progress.goes_on():
        taken = in_transaction(sessions, partial(_take, worker_id=worker_id))
        if taken is None:
            break
        kind, attempts, kept = taken
        try:
            backup = make(KINDS[kind], kept)
        except (HomeBooruError, OSError) as error:
            fault = (disk_fault(error) if isinstance(error, OSError) else None) or error
            reason = phrase("It could not be made: {reason}", reason=str(fault))
            in_transaction(sessions, partial(_put_off, kind=kind, attempts=attempts, reason=reason))
            progress.report_error(phrase("backup"), reason)
        else:
            in_transaction(sessions, partial(_done, kind=kind))
            progress.advance(current=backup.name)
            made += 1
    return made


def _plan(session: Session) -> BackupPlan:
    kept = setting(session, SETTING)
    if not isinstance(kept, dict):
        return BackupPlan()
    return BackupPlan(kept["enabled"], time.fromisoformat(kept["at"]), kept["kept"])


def _order(session: Session, kind: str, due: datetime) -> None:
    new = insert(BackupOrderRow).values(kind=kind, due=due)
    fresh = {"due": due, "claimed_by": None, "attempts": 0, "reason": None, "failed_at": None}
    session.execute(new.on_conflict_do_update(index_elements=[BackupOrderRow.kind], set_=fresh))


def _take(session: Session, *, worker_id: int | None) -> tuple[str, int, int | None] | None:
    rows = claim(session, BackupOrderRow, limit=1, worker_id=worker_id)
    if not rows:
        return None
    [row] = rows
    return row.kind, row.attempts, _plan(session).kept if row.kind == DAILY else None


def _done(session: Session, *, kind: str) -> None:
    plan = _plan(session)
    if kind == DAILY and plan.enabled:
        _order(session, DAILY, next_time(plan, datetime.now(UTC)))
    else:
        session.execute(sa.delete(BackupOrderRow).where(BackupOrderRow.kind == kind))


def _put_off(session: Session, *, kind: str, attempts: int, reason: str) -> None:
    session.execute(
        sa.update(BackupOrderRow)
        .where(BackupOrderRow.kind == kind)
        .values(
            due=sa.func.now() + pause_after(attempts),
            claimed_by=None,
            reason=reason,
            failed_at=sa.func.now(),
        )
    )
