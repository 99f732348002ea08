"""Backups: what they are called, when the next one is made, and which ones may go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

ENDING = ".dump"
STAMP = "%Y-%m-%d-%H%M%S-%f"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=1)


class BackupKind(StrEnum):
    """Why a backup was made; the value begins its name."""

    DAILY = "daily"
    UPDATE = "before-update"
    HAND = "homebooru"


KEPT_BEFORE_UPDATES = 5
NAME = re.compile(rf"({'|'.join(BackupKind)})-\d{{4}}-\d{{2}}-\d{{2}}-.+{re.escape(ENDING)}")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that lies in the folder of backups."""

    name: str
    size: int
    made_at: datetime

    @property
    def kind(self) -> BackupKind | None:
        """Return why it was made, None where somebody gave it a name of their own."""
        named = NAME.fullmatch(self.name)
        return BackupKind(named[1]) if named else None


@dataclass(frozen=True, slots=True)
class BackupPlan:
    """When a backup is made each day, by the clock of this machine, and how many of them stay."""

    enabled: bool = True
    at: time = time(3, 30)
    kept: int = 14


def read_plan(enabled: str, at: str, kept: str) -> BackupPlan:
    """Understand a plan as a form sends it. Raises InvalidInput."""
    try:
        moment = datetime.strptime(at, "%H:%M").time()  # noqa: DTZ007 (a time of day has no zone)
    except ValueError:
        raise InvalidInput(phrase("Write the time as hours and minutes, such as 03:30.")) from None
    if not kept.isdecimal() or not 1 <= int(kept) <= 1000:
        raise InvalidInput(phrase("Keep at least one daily backup, and a thousand at most."))
    return BackupPlan(bool(enabled), moment, int(kept))


def next_time(plan: BackupPlan, now: datetime, zone: tzinfo | None = None) -> datetime:
    """Return when the plan wants the next backup; `zone` is that of this machine, if none is said."""
    here = now.astimezone(zone)
    wanted = here.replace(
        hour=plan.at.hour, minute=plan.at.minute, second=0, microsecond=0, tzinfo=None
    )
    while (moment := _at(wanted, zone)) <= now:
        wanted += timedelta(days=1)
    return moment


def _at(wall: datetime, zone: tzinfo | None) -> datetime:
    """Return the moment at which clocks show a time: on days that are set forward and back too."""
    local = wall.astimezone() if zone is None else wall.replace(tzinfo=zone)
    return local.astimezone(UTC)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait before a backup is tried again that failed so many times."""
    doubled: int = 1 << min(max(attempts - 1, 0), 10)
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)


def superfluous(backups: Iterable[Backup], kind: BackupKind, kept: int) -> Sequence[Backup]:
    """Return the oldest backups of a kind, beyond those that are kept; the newest always is."""
    of_kind = sorted((b for b in backups if b.kind is kind), key=lambda b: b.name)
    return of_kind[: -max(1, kept)]


def file_name(kind: BackupKind, now: datetime, more: str = "") -> str:
    """Return what a backup is called; names sort as they were made."""
    return f"{kind}-{now.astimezone(UTC).strftime(STAMP)}{more and f'-{more}'}{ENDING}"
