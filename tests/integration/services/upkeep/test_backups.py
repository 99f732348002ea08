from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.queue import Work
from homebooru.db.tables import BackupOrderRow
from homebooru.domain.upkeep.backups import Backup, BackupKind, BackupPlan
from homebooru.errors import DatabaseUnusable
from homebooru.services.upkeep.backups import (
    back_up_due,
    backup_status,
    keep_plan,
    order_backup,
)
from homebooru.services.working import is_anything_waiting
from tests.integration.services.conftest import Quiet

FULL = DatabaseUnusable("pg_dump failed: No space left on device")


class Told(Quiet):
    """Hears of failures, which are no surprise here."""

    def report_error(self, what, reason):
        pass


class Maker:
    """Makes backups of nothing, or fails for a reason."""

    def __init__(self):
        self.made, self.error = [], None

    def __call__(self, kind, kept):
        if self.error:
            raise self.error
        self.made.append((kind, kept))
        return Backup("one.dump", 10, datetime.now(UTC))


@pytest.fixture
def make():
    return Maker()


@pytest.fixture
def work(sessions, make):
    return lambda: back_up_due(sessions, make, Told(), worker_id=None)


@pytest.fixture
def let_pass(sessions):
    """Let so much time pass for the orders."""

    def move(**span):
        with sessions.begin() as session:
            session.execute(
                sa.update(BackupOrderRow).values(due=BackupOrderRow.due - timedelta(**span))
            )

    return move


def test_a_daily_one_comes_due_by_itself_and_then_waits_for_the_next_day(
    sessions, make, work, let_pass
):
    assert work() == 0
    let_pass(days=2)
    assert is_anything_waiting(sessions, [Work.BACKUPS])
    assert work() == 1
    assert make.made == [(BackupKind.DAILY, 14)]
    left = backup_status(sessions, []).next_at - datetime.now(UTC)
    assert timedelta(0) < left <= timedelta(hours=25)
    assert work() == 0


def test_one_by_hand_is_made_at_once_and_no_older_one_goes_for_it(sessions, make, work):
    order_backup(sessions)
    order_backup(sessions)  # whoever presses twice means it once
    assert backup_status(sessions, []).waits
    assert work() == 1
    assert make.made == [(BackupKind.HAND, None)]
    assert not backup_status(sessions, []).waits


@pytest.mark.parametrize(
    "fault",
    [
        (FULL, "No space left"),
        (PermissionError(13, "denied", "/data/x"), "may not write to /data/x"),
    ],
)
def test_a_failure_is_told_tried_again_and_forgotten_when_it_works(
    sessions, make, work, let_pass, fault
):
    let_pass(days=2)
    make.error, told = fault
    assert work() == 0
    status = backup_status(sessions, [])
    assert told in status.reason
    assert status.failed_at
    assert not status.waits
    assert work() == 0
    make.error = None
    let_pass(minutes=6)
    assert work() == 1
    assert backup_status(sessions, []).reason is None


def test_a_plan_says_when_and_how_many_or_that_none_is_made(sessions, make, work, let_pass):
    plan = BackupPlan(enabled=True, at=time(23, 5), kept=3)
    keep_plan(sessions, plan)
    status = backup_status(sessions, [])
    assert status.plan == plan
    assert status.next_at.astimezone().time() == time(23, 5)
    let_pass(days=2)
    assert work() == 1
    assert make.made == [(BackupKind.DAILY, 3)]
    keep_plan(sessions, BackupPlan(enabled=False))
    assert backup_status(sessions, []).next_at is None
