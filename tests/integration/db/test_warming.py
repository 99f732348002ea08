"""The rows that pages show are read before anybody asks: the newest, no more than there is room for."""

from __future__ import annotations

import re

import numpy as np
import pytest
import sqlalchemy as sa

from homebooru.db import warming
from homebooru.db.engine import single_statements
from homebooru.db.queries import looks
from homebooru.db.warming import LOCK, warm
from tests.factories import make_post

HELD = (
    "select count(*) from pg_locks where locktype = 'advisory' "
    "and database = (select oid from pg_database where datname = current_database())"
)


@pytest.fixture
def pages_read(sessions, engine):
    """Return what tells which pages of which table were read, in the order in which they were."""
    with sessions.begin() as session:
        for _ in range(60):
            make_post(session, description="x" * 1500)
    read = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, parameters, *_):
        if table := re.search(r"from (post|location) where ctid", statement):
            ends = (re.fullmatch(r"\((\d+),0\)", parameters[name]) for name in ("first", "behind"))
            read.append((table[1], range(*(int(end[1]) for end in ends))))

    return read


@pytest.mark.parametrize(("share", "whole"), [(1.0, True), (5 / 16384, False)])
def test_the_last_pages_are_read_first_and_tables_take_turns(
    sessions, pages_read, monkeypatch, share, whole
):
    monkeypatch.setattr(warming, "AT_ONCE", 2)
    monkeypatch.setattr(warming, "SHARE", share)  # of 128 MB
    warm(sessions, lambda: True)
    with sessions() as session:
        lengths = {
            table: session.scalar(sa.text(f"select pg_relation_size('{table}') / 8192"))
            for table in ("post", "location")
        }
        left = session.scalar(sa.text(HELD))
    assert lengths["post"] > 10
    assert [table for table, _ in pages_read[:2]] == ["post", "location"]
    for table, length in lengths.items():
        pages = [page for name, some in reversed(pages_read) if name == table for page in some]
        assert pages == list(range(length - len(pages), length))
    assert sum(len(some) for _, some in pages_read) == (sum(lengths.values()) if whole else 5)
    assert left == 0


def test_one_process_at_a_time_is_enough_and_who_stops_stops(sessions, pages_read):
    with single_statements(sessions) as other:
        other.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
        warm(sessions, lambda: True)
        other.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
    warm(sessions, lambda: False)
    assert pages_read == []


def test_the_index_of_looks_is_followed_from_posts_all_over_it_where_there_is_room(
    sessions, monkeypatch
):
    chance = np.random.default_rng(3)
    with sessions.begin() as session:
        posts = [make_post(session).id for _ in range(40)]
        kept = {post: chance.normal(size=128).astype("<f2").tobytes() for post in posts}
        looks.keep_looks(session, kept)
        given = [list(looks.find_look(session, post)) for post in posts]
    followed = []
    monkeypatch.setattr(warming, "PAGES_A_WALK", 1)
    monkeypatch.setattr(
        warming, "follow", lambda _session, _table, vector, _count: followed.append(list(vector))
    )
    warm(sessions, lambda: True)
    places = [given.index(vector) for vector in followed]
    assert len(places) > 3
    assert places == sorted(set(places))
    assert places[-1] - places[0] > len(posts) / 2
    followed.clear()
    monkeypatch.setattr(warming, "SHARE", 0)
    warm(sessions, lambda: True)
    assert followed == []
