from datetime import timedelta

import pytest

from homebooru.domain.lookups.outcomes import ANSWERED, Outcome
from homebooru.domain.lookups.periods import Periods, periods
from homebooru.errors import InvalidInput


def test_what_is_not_said_is_as_it_is_by_default():
    assert periods({}) == Periods()
    assert periods({"miss": 5}) == Periods(miss=5)


def test_every_answer_is_asked_for_again_and_misses_sooner_than_hits():
    again = Periods().until_again()
    assert again.keys() >= ANSWERED | {Outcome.CHANGED}
    assert again[Outcome.MISS] < again[Outcome.HIT] == timedelta(days=180)


@pytest.mark.parametrize(
    "days", [{"miss": 0}, {"hit": 3651}, {"hit": 1.5}, {"often": 1}, {"hit": True}]
)
def test_what_is_no_number_of_days_is_refused(days):
    with pytest.raises(InvalidInput, match="from 1 to 3650"):
        periods(days)
