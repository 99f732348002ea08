"""Connections: those that die while nobody uses them, and how long a statement may take."""

from __future__ import annotations

import sqlalchemy as sa

from homebooru.db import engine
from homebooru.db.engine import bound_statements, make_engine, make_sessions, one_moment, unbounded

WHO = sa.text("select pg_backend_pid()")
KILL = sa.text("select pg_terminate_backend(:pid, 5000)")


def test_a_connection_that_died_at_rest_is_made_anew(sessions, monkeypatch):
    monkeypatch.setattr(engine, "NAP", 0)
    with sessions.begin() as one, sessions.begin() as other:
        killer, victim = one.scalar(WHO), other.scalar(WHO)
    with sessions.begin() as session:
        taken = session.scalar(WHO)
        assert session.scalar(KILL, {"pid": killer + victim - taken})

        with sessions.begin() as beside:
            assert beside.scalar(WHO) not in (killer, victim)


def test_what_people_wait_for_is_bounded_and_nothing_else(database_url):
    bounded = make_engine(database_url)
    bound_statements(bounded, 7)
    visitors, patient = make_sessions(bounded), make_sessions(unbounded(bounded))
    limit = sa.text("show statement_timeout")
    for sessions, expected in ((visitors, "7s"), (patient, "0"), (visitors, "7s")):
        with one_moment(sessions) as session:
            assert session.scalar(limit) == expected
        with sessions.begin() as session:
            assert session.scalar(limit) == expected
    bounded.dispose()
