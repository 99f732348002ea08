from datetime import timedelta

import pytest

from homebooru.domain.lookups.manners import Failure, pause

SECOND = timedelta(seconds=1)


def test_each_wait_is_twice_the_one_before_until_it_is_long_enough():
    waits = [pause(Failure.UNAVAILABLE, failures) for failures in range(1, 15)]
    assert waits[:4] == [2 * SECOND, 4 * SECOND, 8 * SECOND, 16 * SECOND]
    assert waits[-1] == timedelta(minutes=30)
    assert pause(Failure.UNAVAILABLE, 10_000) == timedelta(minutes=30)


@pytest.mark.parametrize("failure", Failure)
def test_chance_spreads_a_wait_by_a_quarter(failure):
    shortest, middle, longest = (pause(failure, 3, chance=chance) for chance in (0, 0.5, 1))
    assert shortest == middle * 0.75
    assert longest == middle * 1.25


def test_what_a_service_tells_counts_within_reason():
    assert pause(Failure.LIMITED, 9, 90 * SECOND) == 90 * SECOND
    assert pause(Failure.UNAVAILABLE, 1, 0 * SECOND) == SECOND
    assert pause(Failure.LIMITED, 1, timedelta(days=900)) == timedelta(days=1)


def test_who_waits_otherwise_than_usual_still_obeys_what_is_told():
    usual = pause(Failure.UNAVAILABLE, 3)
    assert pause(Failure.UNAVAILABLE, 3, back_off=0.5) == usual / 2
    assert pause(Failure.LIMITED, 1, 90 * SECOND, back_off=0.5) == 90 * SECOND
    assert pause(Failure.LIMITED, 1, 0 * SECOND, back_off=3) == 3 * SECOND
