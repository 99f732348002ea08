from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homebooru.domain.upkeep.backups import (
    Backup,
    BackupKind,
    BackupPlan,
    file_name,
    next_time,
    pause_after,
    read_plan,
    superfluous,
)
from homebooru.errors import InvalidInput

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (utc(2026, 1, 5, 1, 0), utc(2026, 1, 5, 2, 30)),  # 3:30 in Berlin is still to come
        (utc(2026, 1, 5, 2, 30), utc(2026, 1, 6, 2, 30)),
        (utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 30)),  # the night that clocks go forward
        (utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 2, 30)),  # and back
    ],
)
def test_a_plan_follows_the_clock_on_the_wall(now, wanted):
    assert next_time(BackupPlan(at=time(3, 30)), now, BERLIN) == wanted


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_the_next_time_is_within_a_day_whatever_clocks_do(now, at):
    moment = next_time(BackupPlan(at=at), now, BERLIN)
    assert timedelta(0) < moment - now <= timedelta(hours=25)


@given(st.lists(st.sampled_from(BackupKind), max_size=20), st.integers(-3, 5))
def test_the_newest_of_a_kind_always_stays_and_no_other_kind_is_touched(kinds, kept):
    begin = utc(2026, 1, 1)
    backups = [
        Backup(file_name(kind, begin + timedelta(days=day)), 1, begin + timedelta(days=day))
        for day, kind in enumerate(kinds)
    ]
    gone = superfluous(reversed(backups), BackupKind.DAILY, kept)
    daily = [b for b in backups if b.kind is BackupKind.DAILY]
    assert list(gone) == daily[: max(0, len(daily) - max(1, kept))]


@pytest.mark.parametrize("name", ["mine.dump", "daily.dump", "daily-notes.dump"])
def test_what_people_named_themselves_is_of_no_kind(name):
    assert Backup(name, 1, utc(2026, 1, 1)).kind is None


def test_pauses_grow_up_to_an_hour():
    pauses = [pause_after(attempts) for attempts in (1, 2, 3, 1000)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(minutes=5)
    assert pauses[-1] == timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "kept"), [("", "3"), ("25:00", "3"), ("03:30", "0"), ("03:30", "x"), ("03:30", "²")]
)
def test_a_plan_that_makes_no_sense_is_refused(at, kept):
    with pytest.raises(InvalidInput):
        read_plan("1", at, kept)
