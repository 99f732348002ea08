"""Numbers with their units, ranges and dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from homebooru.domain.query import parse
from homebooru.domain.query.dates import Ago, DateSpan, Period
from homebooru.domain.query.tree import Dated, Digest, HashKind, Interval, Kin, Number, Related
from homebooru.errors import QuerySyntaxError

NOON = datetime(2024, 3, 31, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("score:5", [(5, 5)]),
        ("score:-5", [(-5, -5)]),
        ("score:>5", [(6, None)]),
        ("score:>=5", [(5, None)]),
        ("score:<5", [(None, 4)]),
        ("score:<=5", [(None, 5)]),
        ("score:5..9", [(5, 9)]),
        ("score:9..5", [(5, 9)]),
        ("score:..9", [(None, 9)]),
        ("score:5..", [(5, None)]),
        ("score:1,3,1,>7", [(1, 1), (3, 3), (8, None)]),
        ("filesize:500", [(500, 500)]),
        ("filesize:500b", [(500, 500)]),
        ("filesize:>1M", [(1048577, None)]),
        ("filesize:1.5kb..2MiB", [(1536, 2097152)]),
        ("filesize:100k", [(97280, 107520)]),
        ("ratio:16:9", [(178, 178)]),
        ("ratio:16/9", [(178, 178)]),
        ("ratio:>1.775", [(179, None)]),
        ("mpixels:2", [(1_950_000, 2_049_999)]),
        ("mpixels:2.25", [(2_245_000, 2_254_999)]),
        ("mpixels:>=.5", [(500_000, None)]),
        ("mpixels:1.000001", [(1_000_001, 1_000_001)]),
        ("duration:5", [(4_500, 5_499)]),
        ("duration:1:30", [(89_500, 90_499)]),
        ("duration:>1:02:03", [(3_723_001, None)]),
        ("duration:1.5m..2min", [(90_000, 120_000)]),
        ("duration:250ms", [(250, 250)]),
        ("age:2w", [(1_209_600, 1_814_399)]),
        ("age:<2w", [(None, 1_209_599)]),
        ("age:1y..2y", [(31_536_000, 63_072_000)]),
        ("age:>90mi", [(5_401, None)]),
        ("age:2weeks", [(1_209_600, 1_814_399)]),
        ("age:>1year", [(31_536_001, None)]),
        ("conf:<0.6", [(None, 5_999)]),
        ("conf:50%", [(5_000, 5_000)]),
        ("conf:>1", [(10_001, None)]),
        ("tagcount:0", [(0, 0)]),
        ("id:>1000000000000000", [(10**15, None)]),
        ("id:<-1000000000000000", [(None, -(10**15))]),
    ],
)
def test_numbers_are_whole_and_ranges_closed(text, spans):
    tree = parse(text).tree
    assert isinstance(tree, Number)
    assert tree.spans == tuple(Interval(*span) for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "score:", "score:x", "score:1.5", "score:5...", "score:>", "score:1,,2", "score:²",
        "filesize:1x", "filesize:.", "filesize:1.2.3k", "ratio:1:0", "ratio:a", "ratio:1:",
        "mpixels:x", "duration:1:99", "duration:5y", "duration:..s", "age:2", "age:2m", "conf:x",
        "conf:200%", "conf:50", "id:99999999999999999999999", "width:1e3", "id:" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_number_of_its_kind_is_refused(text):
    with pytest.raises(QuerySyntaxError, match=r"wants|too large"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", Period(2024), Period(2024)),
        ("2024-5", Period(2024, 5), Period(2024, 5)),
        ("2024-05-01", Period(2024, 5, 1), Period(2024, 5, 1)),
        ("2023..2024-05", Period(2023), Period(2024, 5)),
        ("2024-05..2023", Period(2023), Period(2024, 5)),
        ("..2024", None, Period(2024)),
        ("2024..", Period(2024), None),
        (">2024-12", Period(2025, 1), None),
        (">=2024-12", Period(2024, 12), None),
        ("<2024-03-01", None, Period(2024, 2, 29)),
        ("<=2024", None, Period(2024)),
        ("Today", Ago(0), Ago(0)),
        ("today..yesterday", Ago(1), Ago(0)),
        (">today", Ago(-1), None),
        ("<yesterday", None, Ago(2)),
        ("2024..today", Period(2024), Ago(0)),
    ],
)
def test_dates_are_read_as_periods(text, first, last):
    tree = parse(f"date:{text}").tree
    assert isinstance(tree, Dated)
    assert tree.spans == (DateSpan(first, last),)


def test_lists_of_dates_hold_each_once():
    tree = parse("added:2023,2024,2023").tree
    assert isinstance(tree, Dated)
    assert [span.first for span in tree.spans] == [Period(2023), Period(2024)]


def test_days_are_those_of_the_place_summer_time_included():
    start, end = DateSpan(Ago(0), Ago(0)).moments(NOON, BERLIN)

    assert start == datetime(2024, 3, 30, 23, tzinfo=UTC)
    assert end == datetime(2024, 3, 31, 22, tzinfo=UTC)


def test_days_are_those_of_the_machine_where_no_place_is_given():
    start, end = DateSpan(Period(2024, 7), Period(2024, 7)).moments(NOON, None)

    assert start == datetime(2024, 7, 1).astimezone(UTC)
    assert end == datetime(2024, 8, 1).astimezone(UTC)


@pytest.mark.parametrize("zone", [BERLIN, None, UTC])
def test_the_ends_of_the_calendar_are_reached(zone):
    start, end = DateSpan(Period(1), Period(9999)).moments(NOON, zone)

    assert start is not None
    assert abs(start - datetime(1, 1, 1, tzinfo=UTC)) < timedelta(days=1)
    assert end is None
    assert DateSpan(None, None).moments(NOON, zone) == (None, None)


def test_digests_are_compared_in_small_letters():
    assert parse(f"md5:{'AB' * 16}").tree == Digest(HashKind.MD5, frozenset({"ab" * 16}))
    assert parse(f"sha256:{'0' * 64}").tree == Digest(HashKind.SHA256, frozenset({"0" * 64}))


def test_kin_is_named_by_number():
    assert parse("parent:5").tree == Related(Kin.PARENT, (Interval(5, 5),))
    assert parse("child:1..3,9").tree == Related(Kin.CHILD, (Interval(1, 3), Interval(9, 9)))
