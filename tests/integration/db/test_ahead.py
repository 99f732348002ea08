"""Statements that the database answers while whoever asked does something else."""

import pytest
import sqlalchemy as sa
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError

from homebooru.db.ahead import Spelled, rows_of
from homebooru.db.engine import one_moment
from homebooru.errors import Conflict

NUMBERS = sa.select(
    sa.func.generate_series(1, sa.bindparam("last", type_=sa.Integer)), sa.literal("100 %")
)
SLOW = sa.select(sa.func.pg_sleep(sa.bindparam("seconds", type_=sa.Integer)))


@pytest.fixture(params=[False, True], ids=["at once", "meanwhile"])
def meanwhile(request):
    return request.param


def test_the_rows_are_there_when_the_block_ends_each_time(sessions, meanwhile):
    spelled = Spelled.of(NUMBERS, {"last": 0})

    with one_moment(sessions) as session:
        for last in (2, 0, 1):
            with rows_of(session, spelled, {"last": last}, meanwhile=meanwhile) as rows:
                before = list(rows)
            assert (before, rows) == ([], [(number + 1, "100 %") for number in range(last)])


def test_an_error_is_one_of_sqlalchemy_and_leaves_a_connection_of_use(sessions, meanwhile):
    spelled = Spelled.of(SLOW, {"seconds": 0})

    def ask_too_long():
        with sessions.begin() as session:
            session.execute(sa.text("set local statement_timeout = 1"))
            with rows_of(session, spelled, {"seconds": 60}, meanwhile=meanwhile):
                pass

    with pytest.raises(OperationalError) as caught:
        ask_too_long()

    assert isinstance(caught.value.orig, QueryCanceled)
    with sessions.begin() as session:
        assert session.scalar(sa.text("select 1")) == 1


def test_an_error_of_the_block_is_told_as_it_is(sessions, meanwhile):
    spelled = Spelled.of(NUMBERS, {"last": 0})

    def fail_meanwhile():
        with (
            sessions.begin() as session,
            rows_of(session, spelled, {"last": 3}, meanwhile=meanwhile),
        ):
            raise Conflict("no")

    with pytest.raises(Conflict):
        fail_meanwhile()

    with sessions.begin() as session:
        assert session.scalar(sa.text("select 1")) == 1
