"""Several at work, where what one gets done is the beginning of another's work."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from homebooru.services.lookups.relay import Relay
from tests.waiting import until


def run(relay, works):
    with ThreadPoolExecutor(len(works)) as threads:
        for ended in [threads.submit(relay.run, work) for work in works]:
            ended.result(30)


def passing_on(queues, number):
    """Take what lies in a queue, one at a time, and hand it to the next."""

    def work():
        if not queues[number]:
            return False
        one = queues[number].pop()
        queues[number + 1].append(one)
        return True

    return work


@pytest.mark.parametrize("number", [1, 2, 4])
def test_what_one_gets_done_is_done_further_by_the_next_until_nothing_is_left(number):
    queues = [list(range(50)), *([] for _ in range(number))]
    run(Relay(number, lambda: True), [passing_on(queues, place) for place in range(number)])
    assert sorted(queues[-1]) == list(range(50))
    assert not any(queues[:-1])


def test_all_stop_when_they_are_to_stop():
    left = [3]

    def goes_on():
        left[0] -= 1
        return left[0] > 0

    run(Relay(2, goes_on), [lambda: True, lambda: False])
    assert left[0] <= 0


def test_one_that_fails_lets_the_others_come_to_their_end():
    queues = [list(range(5)), []]

    def fails():
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        run(Relay(2, lambda: True), [fails, passing_on(queues, 0)])
    assert queues[0] == []


def test_one_who_has_news_but_did_not_wake_yet_counts_as_at_work():
    """Or the first would leave before the second, woken by it, hands something back."""
    relay = Relay(2, lambda: True)
    to_first, to_second = [1], []

    def first():
        if not to_first:
            return False
        until(lambda: relay._busy == 1)
        to_first.clear()
        if not to_second:
            to_second.append(1)
        return True

    def second():
        if to_second != [1]:
            return False
        to_second.append(2)
        to_first.append(1)
        return True

    run(relay, [first, second])
    assert (to_first, to_second) == ([], [1, 2])
