"""Runs of jobs as people see them, and the schedule that all workers share."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from homebooru.db.tables.base import Base, Due, Sentence, now_column


class JobRunRow(Base):
    """A job at work, or how it ended.

    `wish` is what a person wants of it; batches read it. `job_id` is procrastinate's, None for
    a run inside a command. A run that was interrupted stays `running` and is taken up again by
    the next worker; `worker_id` tells whether anybody is at it. `report` says what came of it.
    """

    __tablename__ = "job_run"
    __table_args__ = (
        sa.CheckConstraint(
            "state in ('running', 'paused', 'done', 'failed', 'cancelled')", name="state"
        ),
        sa.CheckConstraint("wish in ('go', 'pause', 'cancel')", name="wish"),
        sa.Index("ix_job_run_name", "name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    name: Mapped[str]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="running")
    wish: Mapped[str] = mapped_column(server_default="go")
    reason: Mapped[str | None] = mapped_column(Sentence)
    done: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int | None]
    rate: Mapped[float | None] = mapped_column(sa.Double)
    current: Mapped[str | None] = mapped_column(Sentence)
    errors: Mapped[int] = mapped_column(server_default="0")
    report: Mapped[str | None] = mapped_column(Sentence)
    worker_id: Mapped[int | None]
    started_at: Mapped[datetime] = now_column()
    updated_at: Mapped[datetime] = now_column()
    finished_at: Mapped[datetime | None]


class JobErrorRow(Base):
    """Something that a run could not do; only the first few hundred of a run are kept."""

    __tablename__ = "job_error"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("job_run.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(Sentence)
    reason: Mapped[str] = mapped_column(Sentence)
    at: Mapped[datetime] = now_column()


class JobScheduleRow(Base):
    """A job that runs by itself every so many seconds, once however many workers there are.

    `enabled` is a person's wish; `fixed` is what the environment says, and wins.
    """

    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(primary_key=True)
    every_seconds: Mapped[int]
    enabled: Mapped[bool] = mapped_column(server_default="true")
    fixed: Mapped[bool | None]
    deferred_at: Mapped[datetime | None]


class BackupOrderRow(Due, Base):
    """A backup that is to be made: the next `daily` one, or one by `hand`, which somebody wants now.

    `reason` says why it could not be made when it was tried last, at `failed_at`.
    """

    __tablename__ = "backup_order"
    __table_args__ = (sa.CheckConstraint("kind in ('daily', 'hand')", name="kind"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str | None] = mapped_column(Sentence)
    failed_at: Mapped[datetime | None]
