from datetime import UTC, datetime, timedelta

import pytest

from homebooru.http.headers import spent, told_wait

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("90", 90 * SECOND),
        ("1.5", 1.5 * SECOND),
        ("0", 0 * SECOND),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120 * SECOND),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0 * SECOND),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_how_long_to_wait_is_told_in_seconds_or_as_a_date(text, wait):
    assert told_wait({"retry-after": text}, NOW) == wait


@pytest.mark.parametrize("reset", ["30", str(int(NOW.timestamp()) + 30)])
def test_a_quota_that_is_used_up_says_when_it_is_full_again(reset):
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    assert spent(headers, NOW) == told_wait(headers, NOW) == 30 * SECOND


def test_a_quota_with_something_left_is_no_reason_to_wait():
    headers = {"ratelimit-remaining": "1", "ratelimit-reset": "30"}
    assert spent(headers, NOW) is None
    assert told_wait(headers, NOW) is None
