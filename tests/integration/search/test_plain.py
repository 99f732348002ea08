"""Plain SQL finds what the oracle finds, whatever is asked of whatever is there."""

from __future__ import annotations

from datetime import UTC

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import PostRow
from homebooru.domain.query import parse
from homebooru.domain.scope import Scope
from homebooru.search import plain
from homebooru.search.asking import ask
from homebooru.search.ordering import arranged
from homebooru.search.plain import found
from tests.libraries import ALIASES, NOW, TAGS, ZONES, asked_for, fill, posts, scopes
from tests.oracle import Oracle


def answer(session, query, scope, zone):
    query, asked = ask(session, query, scope, NOW, zone)
    order = arranged(query.order, asked).order_by
    return list(session.scalars(sa.select(PostRow.id).where(found(query, asked)).order_by(*order)))


def test_a_wildcard_of_many_tags_finds_the_same_as_one_of_few(sessions, monkeypatch):
    with sessions() as session:
        fill(session, [])
        for number, name in enumerate(TAGS, start=1):
            session.add(PostRow(id=number, tag_ids=[number] if name not in ALIASES else []))
        session.flush()
        few = answer(session, parse("*cat or *_*"), Scope(), UTC)
        monkeypatch.setattr(plain, "FEW", 1)

        assert answer(session, parse("*cat or *_*"), Scope(), UTC) == few == [7, 5, 3, 1]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    corpus=st.lists(posts, min_size=1, max_size=6),
    scope=scopes,
    data=st.data(),
    zone=st.sampled_from(ZONES),
)
def test_sql_and_the_oracle_find_the_same_in_the_same_order(sessions, corpus, scope, zone, data):
    asked = data.draw(st.lists(asked_for(scope), min_size=1, max_size=8))
    with sessions() as session:
        fill(session, corpus)
        oracle = Oracle(scope, NOW, zone).read(session)

        for query in asked:
            assert answer(session, query, scope, zone) == oracle.found(query), query
