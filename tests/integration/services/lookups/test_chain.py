"""Who is asked next: one statement for many posts, against what the domain says of each."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.db.queries.lookups.chain import FAR, SETTING, pass_on
from homebooru.db.queries.policy import keep_setting
from homebooru.db.tables import PostRow, RecordRow, RootRow, ServiceRow
from homebooru.domain.lookups.chain import Standing, is_known, is_turn
from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.lookups.periods import Periods
from homebooru.services.lookups.enabling import ask_again
from homebooru.sites import STEPS, TAGGERS, Step
from tests.factories import make_post
from tests.fakes.services import limited
from tests.integration.services.lookups.conftest import md5_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
GONE = "a site that is none any more"

names = st.sampled_from([*STEPS, GONE])
outcomes = st.none() | st.sampled_from(Outcome)
standings = st.builds(Standing, outcome=outcomes, is_awaited=st.booleans())
records_of_post = st.dictionaries(names, st.tuples(standings, st.booleans()))
posts = st.lists(st.tuples(records_of_post, st.booleans()), min_size=1, max_size=6)


def expected(source, records, enabled, now):
    """Say when a record is due, worked out for it alone."""
    others = {name: one for name, (one, _) in records.items()}
    standing, is_far = records[source]
    before = FAR if is_far else LONG_AGO
    if STEPS.get(source, Step.DIGESTS) is Step.DIGESTS:
        return before
    if is_known(source, others):
        return FAR
    if not (is_far and is_turn(source, others, enabled)):
        return before
    again = Periods(miss=3).until_again()
    if standing.is_awaited or standing.outcome not in again:
        return now
    return LONG_AGO + again[standing.outcome]


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(posts=posts, enabled=st.sets(st.sampled_from(sorted(STEPS))))
def test_many_posts_are_passed_on_as_each_would_be_alone(sessions, posts, enabled):
    with sessions() as session:
        session.execute(sa.delete(PostRow))
        session.execute(sa.delete(ServiceRow))
        keep_setting(session, SETTING, {"miss": 3})
        session.add_all(ServiceRow(name=name, enabled=True) for name in enabled)
        made = [
            (row, records, enabled & TAGGERS.keys() if is_apart else enabled)
            for records, is_apart in posts
            for row in add(session, records, is_apart=is_apart)
        ]
        session.execute(sa.update(RootRow).values(lookups="off"))
        session.flush()
        pass_on(session, sa.true())
        now = session.scalar(sa.func.now())
        for row, records, may_be_asked in made:
            session.refresh(row)
            assert row.due == expected(row.source, records, may_be_asked, now)
        session.rollback()


def add(session, records, *, is_apart):
    post = make_post(session, root="/apart" if is_apart else None)
    rows = [
        RecordRow(
            post_id=post.id,
            source=source,
            outcome=standing.outcome,
            asked_at=LONG_AGO,
            due=FAR if is_far else LONG_AGO,
            waits_since=LONG_AGO if standing.is_awaited else sa.null(),
        )
        for source, (standing, is_far) in records.items()
    ]
    session.add_all(rows)
    return rows


def test_who_does_not_answer_for_days_is_gone_on_without(world):
    [post] = world.add()
    world["gelbooru"].put(md5_of(post), character="her")
    world["danbooru"].put(md5_of(post), general="1girl")
    world["danbooru"].trouble(limited(Retry_After="90000"))
    world.enable("danbooru", "gelbooru")
    world.look_up()
    let_pass(world, days=6)
    assert not world.is_waiting()
    let_pass(world, days=1)
    assert world.is_waiting()
    world.look_up()
    assert world.tags(post) == {"her"}
    world.reopen()
    world.look_up()
    assert world.tags(post) == {"her", "1girl"}
    with world.sessions.begin() as session:
        assert session.get_one(RecordRow, (post, "gelbooru")).due == FAR


def test_asked_again_all_are_asked_in_their_order_and_awaited(world):
    [post] = world.add()
    world.enable("danbooru", "gelbooru")
    world.look_up()
    ask_again(world.sessions, [post])
    world["danbooru"].trouble(limited(Retry_After="90000"))
    world.look_up()
    assert world.asked() == {"danbooru": 2, "e621": 0, "yandere": 0, "gelbooru": 1}
    world.reopen()
    world.look_up()
    assert world.asked() == {"danbooru": 3, "e621": 0, "yandere": 0, "gelbooru": 2}
    assert not world.is_waiting()


def let_pass(world, days):
    with world.sessions.begin() as session:
        session.execute(
            sa.update(RecordRow).values(waits_since=RecordRow.waits_since - timedelta(days=days))
        )
