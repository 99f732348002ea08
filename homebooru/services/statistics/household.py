"""What the house has to do with the library: room on disks, and the jobs of the last weeks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.tables import JobRunRow

WEEKS = 8
SAMPLE = 2000
"""How many thumbnails are measured: their folders are named by digests, so all are alike."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of what HomeBooru keeps; that of thumbnails is an estimate where there are many."""

    database: int
    thumbnails: int
    index: int
    backups: int
    free: int


@dataclass(frozen=True, slots=True)
class JobWeek:
    """The runs that began in a week, by how they are, and how long they took together."""

    begin: datetime
    runs: Mapping[str, int]
    seconds: float


def room(sessions: Sessions, data: Path) -> Room:
    """Measure what lies in the data folder; nothing is waited for that grows with the library."""
    with sessions.begin() as session:
        database = session.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database())))
    return Room(
        database=int(database or 0),
        thumbnails=_estimated(data / "thumbnails"),
        index=_size_of(data / "index"),
        backups=_size_of(data / "backups"),
        free=shutil.disk_usage(data if data.exists() else data.anchor).free,
    )


def job_weeks(sessions: Sessions) -> tuple[JobWeek, ...]:
    """Return the last weeks in which jobs ran, the newest first."""
    week = sa.func.date_trunc("week", JobRunRow.started_at).label("week")
    ended = sa.func.coalesce(JobRunRow.finished_at, JobRunRow.updated_at)
    took = sa.func.extract("epoch", sa.func.sum(ended - JobRunRow.started_at))
    since = sa.func.date_trunc("week", sa.func.now()) - sa.func.make_interval(0, 0, WEEKS - 1)
    counted = (
        sa.select(week, JobRunRow.state, sa.func.count(), took)
        .where(JobRunRow.started_at >= since)
        .group_by(week, JobRunRow.state)
        .order_by(week.desc())
    )
    weeks: dict[datetime, tuple[dict[str, int], float]] = {}
    with sessions.begin() as session:
        for begin, state, number, seconds in session.execute(counted):
            runs, before = weeks.get(begin, ({}, 0.0))
            weeks[begin] = ({**runs, state: number}, before + float(seconds))
    return tuple(JobWeek(begin, runs, seconds) for begin, (runs, seconds) in weeks.items())


def _estimated(folder: Path) -> int:
    """Return about how large the folders of a folder are, by the first of them."""
    if not folder.is_dir():
        return 0
    folders = sorted(one for one in folder.iterdir() if one.is_dir())
    sizes: list[int] = []
    for seen, one in enumerate(folders, 1):
        sizes += _sizes_in(one)
        if len(sizes) >= SAMPLE:
            return sum(sizes) * len(folders) // seen
    return sum(sizes)


def _size_of(folder: Path) -> int:
    return sum(_sizes_in(folder)) if folder.is_dir() else 0


def _sizes_in(folder: Path) -> list[int]:
    """Return the sizes of the files of a folder; what goes meanwhile is not counted."""
    with os.scandir(folder) as entries:
        files = [Path(entry) for entry in entries if entry.is_file()]
    sizes = []
    for file in files:
        with suppress(FileNotFoundError):
            sizes.append(file.stat().st_size)
    return sizes
