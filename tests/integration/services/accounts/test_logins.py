from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from homebooru.db.tables import LoginFailureRow
from homebooru.errors import TooManyAttempts
from homebooru.services.accounts import accounts, logins, passwords

PASSWORD = "a few quiet words"


@pytest.fixture(autouse=True)
def _ada(sessions):
    accounts.add_account(sessions, "Ada", PASSWORD)


def attempt(sessions, name="Ada", password="wrong", address="192.0.2.7"):
    return logins.log_in(sessions, name, password, address=address, user_agent=None)


def exhaust(sessions, **more):
    for _ in range(logins.MOST_FOR_BOTH):
        assert attempt(sessions, **more) is None


def test_after_a_few_failures_even_the_right_password_has_to_wait(sessions):
    exhaust(sessions)
    with pytest.raises(TooManyAttempts, match="15 minutes") as refused:
        attempt(sessions, password=PASSWORD)
    assert 0 < refused.value.seconds <= logins.WINDOW.total_seconds()


def test_waiting_helps_and_being_refused_does_not_prolong_it(sessions):
    exhaust(sessions)
    with pytest.raises(TooManyAttempts):
        attempt(sessions)
    with sessions.begin() as session:
        session.execute(
            sa.update(LoginFailureRow).values(
                failed_at=LoginFailureRow.failed_at - logins.WINDOW + timedelta(milliseconds=1)
            )
        )
    assert attempt(sessions, password=PASSWORD)


def test_failures_elsewhere_do_not_lock_a_person_out(sessions):
    exhaust(sessions)
    assert attempt(sessions, password=PASSWORD, address="192.0.2.8")


def test_neighbours_in_one_ipv6_network_count_as_one(sessions):
    for number in range(logins.MOST_FOR_BOTH):
        attempt(sessions, address=f"2001:db8::{number}")
    with pytest.raises(TooManyAttempts):
        attempt(sessions, address="2001:db8::ffff")


def test_trying_many_names_from_one_address_is_stopped(sessions, monkeypatch):
    monkeypatch.setattr(logins, "MOST_FROM_NETWORK", 6)
    for number in range(6):
        attempt(sessions, name=f"person {number}")
    with pytest.raises(TooManyAttempts):
        attempt(sessions, name="Ada", password=PASSWORD)


def test_trying_one_name_from_many_addresses_is_stopped(sessions, monkeypatch):
    monkeypatch.setattr(logins, "MOST_TO_NAME", 6)
    for number in range(6):
        attempt(sessions, address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        attempt(sessions, address="198.51.100.1", password=PASSWORD)


def test_success_forgives_what_failed_before(sessions):
    attempt(sessions)
    assert attempt(sessions, password=PASSWORD)
    with sessions.begin() as session:
        assert session.scalars(sa.select(LoginFailureRow)).all() == []


def test_many_attempts_at_once_do_not_slip_past_the_limit(sessions):
    def one(_):
        try:
            return attempt(sessions) or "wrong"
        except TooManyAttempts:
            return "refused"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(12)))
    assert outcomes.count("wrong") == logins.MOST_FOR_BOTH


def test_an_unknown_name_costs_a_password_check_too(sessions, monkeypatch):
    checked = []
    verify = passwords.HASHER.verify

    class Counting:
        def __getattr__(self, name):
            return getattr(hasher, name)

        def verify(self, *arguments):
            checked.append(1)
            return verify(*arguments)

    hasher = passwords.HASHER
    monkeypatch.setattr(passwords, "HASHER", Counting())
    assert attempt(sessions, name="nobody") is None
    assert checked == [1]
    assert attempt(sessions, name="nobody\0") is None
