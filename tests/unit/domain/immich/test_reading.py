from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from homebooru.domain.immich.assets import Asset, Visibility
from homebooru.domain.immich.bisecting import TICK, halves, holds
from homebooru.domain.immich.census import Counted, weigh
from homebooru.domain.immich.marks import OVERLAP, Mark, changed
from homebooru.domain.immich.windows import Window

DAY = datetime(2026, 1, 1, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
SIZE = 4
ME = UUID(int=1)
EVERYTHING = Window(visibility=Visibility.TIMELINE)
moments = st.one_of(
    st.integers(0, 3),
    st.integers(0, 5_000),
    st.integers(0, 10**15),
).map(lambda n: DAY + n * MICRO)
pictures = st.lists(st.tuples(moments, moments), max_size=40)


def shown(time):
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def asset(number, updated, taken):
    return Asset(
        id=UUID(int=number),
        owner_id=ME,
        library_id=None,
        path="",
        file_name="",
        mime=None,
        is_video=False,
        checksum=b"",
        taken_at=shown(taken),
        local_taken_at=taken,
        updated_at=shown(updated),
        visibility=Visibility.TIMELINE,
    )


def search(stored, window):
    """Answer as Immich does: bounds against microseconds, by date of taking, a page at most."""

    def lies_in(time, after, before):
        return (after is None or after <= time) and (before is None or time <= before)

    found = [
        (taken, asset(number, updated, taken))
        for number, (updated, taken) in enumerate(stored)
        if lies_in(updated, window.updated_after, window.updated_before)
        and lies_in(taken, window.taken_after, window.taken_before)
    ]
    found.sort(key=lambda pair: pair[0])
    return [one for _, one in found[:SIZE]], len(found) <= SIZE


@given(pictures)
@example([(DAY + TICK, DAY)] * (SIZE + 1) + [(DAY, DAY)])
def test_taking_windows_apart_finds_everything_but_what_nothing_tells_apart(stored):
    found, stuck, waiting, asked = set(), [], [EVERYTHING], 0
    while waiting:
        window = waiting.pop()
        some, whole = search(stored, window)
        asked += 1
        assert all(holds(window, one) for one in some)
        found |= {one.id.int for one in some}
        if not whole:
            parts = halves(window, some)
            waiting += parts or ()
            stuck += [] if parts else [window]
    missed = set(range(len(stored))) - found
    hidden = {
        number
        for number in missed
        for window in stuck
        if window.updated_before - window.updated_after <= TICK
        and window.taken_before - window.taken_after <= TICK
        and holds(window, asset(number, *stored[number]))
    }
    assert missed == hidden
    assert asked <= 12 * len(stored) + 1


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 299), st.integers(0, 400))))
def test_no_change_that_comes_to_light_within_the_overlap_is_overlooked(steps):
    """Changes bear the time at which they were made, and are seen a while later, in any order."""
    now, mark, changes, read = DAY, Mark(), [], set()
    for made, delay, later in steps:
        now += timedelta(seconds=later)
        changes.append((now - timedelta(milliseconds=made), now + timedelta(seconds=delay)))
        first = mark.reads_from
        seen = [made for made, at in changes if at <= now and (first is None or first <= made)]
        read |= set(seen)
        mark = mark.after(max(seen, default=None), now + timedelta(days=3))  # our clock is wrong
    now += OVERLAP
    first = mark.reads_from
    read |= {made for made, _ in changes if first is None or first <= made}
    assert read == {made for made, _ in changes}


def test_what_settled_is_not_read_again():
    mark = Mark().after(DAY, DAY)
    assert mark.reads_from == DAY - OVERLAP
    soon = mark.after(DAY, DAY + OVERLAP / 2)
    assert soon.reads_from == DAY - OVERLAP
    assert soon.after(DAY, DAY + OVERLAP).reads_from == DAY + TICK


def test_only_what_bears_another_time_is_read_the_oldest_first():
    found = [asset(1, DAY + TICK, DAY), asset(2, DAY, DAY), asset(3, DAY, DAY)]
    known = {UUID(int=2): DAY, UUID(int=1): DAY, UUID(int=9): DAY}
    assert changed(found, known) == [UUID(int=3), UUID(int=1)]
    assert changed(found, {UUID(int=n): None for n in (1, 2, 3)})[0] == UUID(int=2)


def ids(*numbers):
    return frozenset(UUID(int=n) for n in numbers)


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)), st.booleans(), st.booleans())
def test_nothing_is_asked_for_that_a_census_lists_or_that_is_too_much(known, there, lies, sure):
    part = Counted(ids(*there), len(there) + lies)
    verdict = weigh(ids(*known), [part, Counted(ids(), 0)], believed=sure)
    assert verdict.unknown == ids(*(there - known))
    gone = known - there
    if lies or (not sure and len(gone) > max(20, len(known) / 5)):
        assert verdict.brake
        assert not verdict.absent
    else:
        assert not verdict.brake
        assert verdict.absent == ids(*gone)


@pytest.mark.parametrize(("gone", "is_braked"), [(20, False), (21, True)])
def test_a_fifth_of_all_is_too_much_to_be_gone_by_itself(gone, is_braked):
    known = ids(*range(100))
    left = Counted(ids(*range(gone, 100)), 100 - gone)
    assert bool(weigh(known, [left]).brake) is is_braked
