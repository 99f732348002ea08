"""Connections that die while nobody uses them."""

from __future__ import annotations

import sqlalchemy as sa

from homebooru.db import engine

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
