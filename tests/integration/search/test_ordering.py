"""Going on from a place in an order gives what a sort in Python has after and before it."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import FavouriteRow, LocationRow, PoolPostRow, PoolRow, PostRow, RootRow
from homebooru.domain.query import Query
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import Everything, Held, Holder
from homebooru.domain.scope import Scope
from homebooru.search.ordering import arranged
from homebooru.search.plain import Asked
from tests.oracle import Oracle
from tests.trees import orders

NOW = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)
ASKED = Asked(scope=Scope(account=1), now=NOW, zone=UTC, holders={Held(Holder.POOL, "One"): [1]})


def maybe(*values):
    return st.sampled_from([None, *values])


posts = st.fixed_dictionaries(
    {
        "md5": maybe(bytes(16), b"\xff" * 16),
        "score": maybe(-1, 0, 7),
        "stars": maybe(1, 5),
        "size": maybe(0, 2**40),
        "width": maybe(1, 1920),
        "height": maybe(3, 1080),
        "duration": maybe(0.0005, 5.0),
        "general_count": st.integers(0, 2),
        "dated_at": maybe(NOW, datetime(1850, 1, 1, tzinfo=UTC)),
        "name": maybe("Cat", "cat", "a%", "Ä"),
        "liked": maybe(NOW, datetime(1850, 1, 1, tzinfo=UTC)),
        "position": maybe(-1, 0, 7),
    }
)


def fill(session, corpus):
    session.add_all([RootRow(id=1, path=b"/1", name="one"), PoolRow(id=1, name="One")])
    for number, given_post in enumerate(corpus, start=1):
        row = dict(given_post)
        name, liked, position = row.pop("name"), row.pop("liked", None), row.pop("position", None)
        session.add(PostRow(id=number, **row))
        session.flush()
        if name is not None:
            session.add(
                LocationRow(
                    post_id=number, root_id=1, path=f"{number}".encode(), name=name, folder="",
                    size=1, mtime_ns=1,
                )
            )  # fmt: skip
        if liked is not None:
            session.add(FavouriteRow(account_id=1, post_id=number, made_at=liked))
        if position is not None:
            session.add(PoolPostRow(pool_id=1, post_id=number, position=position))
    session.flush()


def ids(session, arrangement, *wanted):
    found = sa.select(PostRow.id).where(*wanted).order_by(*arrangement.order_by)
    return list(session.scalars(found))


def test_a_post_changes_with_what_is_told_of_it_and_with_nothing_else(sessions):
    with sessions.begin() as session:
        session.add_all(PostRow(id=number, tag_ids=[1]) for number in (1, 2, 3))
    with sessions.begin() as session:
        for post, change in ((1, {"tag_ids": [2]}), (2, {"tag_ids": [1]}), (3, {"frames": 2})):
            session.execute(sa.update(PostRow).where(PostRow.id == post).values(change))
        changed = session.scalars(sa.select(PostRow.id).where(PostRow.changed_at == sa.func.now()))

        assert list(changed) == [1]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    corpus=st.lists(posts, min_size=1, max_size=6),
    asked=st.lists(orders, min_size=1, max_size=4),
    data=st.data(),
)
def test_a_place_parts_what_comes_before_it_from_what_comes_after(sessions, corpus, asked, data):
    with sessions() as session:
        fill(session, corpus)
        oracle = Oracle(ASKED.scope, NOW, UTC).read(session)

        for order in asked:
            wanted = oracle.found(Query(Everything(), order))
            at = data.draw(st.integers(0, len(wanted) - 1))
            arrangement = arranged(order, ASKED)
            back = arrangement.backwards()
            here = sa.select(*arrangement.columns).where(PostRow.id == wanted[at])
            place = tuple(session.execute(here).one())

            assert ids(session, arrangement, arrangement.beyond(place)) == wanted[at + 1 :], order
            assert ids(session, back, back.beyond(place)) == wanted[:at][::-1], order


def test_a_place_stays_where_its_post_was_when_it_is_gone(sessions):
    with sessions() as session:
        fill(session, [{"name": None, "score": score} for score in (5, 5, None, 5, 3)])
        by_score = arranged(Order(OrderBy.SCORE), ASKED)
        session.execute(sa.delete(PostRow).where(PostRow.id == 2))

        assert ids(session, by_score, by_score.beyond((5, 2))) == [1, 5, 3]
        back = by_score.backwards()
        assert ids(session, back, back.beyond((5, 2))) == [4]
