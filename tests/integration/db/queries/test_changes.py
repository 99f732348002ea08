import multiprocessing
import random
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from homebooru.db.queries import changes
from homebooru.db.tables import LocationRow, PostChangeRow, PostRow
from homebooru.errors import FeedLost
from tests.factories import edit_post, make_location, make_post
from tests.integration.db.queries.writers import POSTS, keep_lists, write
from tests.waiting import until

MIRRORED = """
    select post.id, post.score, claim.score as claimed, location.name
    from post left join claim on claim.post_id = post.id
    left join location on location.post_id = post.id
"""


@pytest.fixture
def post(sessions):
    with sessions.begin() as session:
        return make_post(session, tags="one").id


def snapshot(sessions):
    with sessions.begin() as session:
        return changes.read_changes(session, None).snapshot


def changed(sessions, since):
    with sessions.begin() as session:
        return changes.read_changes(session, since).post_ids


def pruned(sessions, **options):
    """Prune, and tell how many rows went.

    Whoever is in a transaction anywhere in the cluster, in other databases too, holds some back.
    """
    with sessions.begin() as session:
        return changes.prune(session, **options)


def is_lost(sessions, since):
    try:
        changed(sessions, since)
    except FeedLost:
        return True
    return False


def test_every_table_that_search_reads_is_fed(sessions, post):
    with sessions.begin() as session:
        more = [make_post(session).id for _ in range(3)]
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.get_one(PostRow, more[0]).width = 5
        session.delete(session.get_one(PostRow, more[1]))
        session.scalars(
            sa.select(LocationRow).where(LocationRow.post_id == more[2])
        ).one().name = "other.png"
        edit_post(session, post, "one")
        new = make_post(session).id
    assert changed(sessions, since) == {post, *more, new}


def test_a_location_that_moves_to_another_post_is_news_of_both(sessions, post):
    with sessions.begin() as session:
        other = make_post(session).id
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.scalars(
            sa.select(LocationRow).where(LocationRow.post_id == post)
        ).one().post_id = other
    assert changed(sessions, since) == {post, other}


def test_what_changes_nothing_that_search_reads_is_no_news(sessions, post):
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.execute(sa.update(PostRow).values(width=PostRow.width))
        session.execute(sa.update(LocationRow).values(seen_at=sa.func.clock_timestamp()))
    assert changed(sessions, since) == frozenset()


def test_a_transaction_that_commits_late_is_seen_when_it_commits(sessions, post):
    with sessions.begin() as session:
        other = make_post(session).id
    late = sessions()
    late.execute(sa.update(PostRow).where(PostRow.id == post).values(score=1))
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.get_one(PostRow, other).score = 2
    assert changed(sessions, since) == {other}
    between = snapshot(sessions)
    late.commit()
    late.close()
    assert changed(sessions, between) == {post}
    assert changed(sessions, since) == {post, other}


def test_what_is_rolled_back_is_never_seen(sessions, post):
    since = snapshot(sessions)
    with sessions() as session:
        session.execute(sa.update(PostRow).values(score=1))
        session.rollback()
    assert changed(sessions, since) == frozenset()


@pytest.mark.parametrize("table", ["post", "claim", "verdict", "post_verdict", "location"])
def test_a_truncation_that_nobody_could_follow_is_refused(sessions, table):
    with pytest.raises(DBAPIError, match="unseen by search"), sessions.begin() as session:
        session.execute(sa.text(f"truncate {table} cascade"))


def test_rows_stay_until_every_reader_has_passed_them(sessions, post):
    since = snapshot(sessions)
    with sessions.begin() as session:
        reader = changes.register_reader(session, "test", since)
    with sessions.begin() as session:
        session.get_one(PostRow, post).score = 1
    pruned(sessions)
    assert changed(sessions, since) == {post}

    def is_empty():
        with sessions.begin() as session:
            assert changes.keep_reader(session, reader, snapshot(sessions))
        pruned(sessions)
        with sessions() as session:
            return not session.scalars(sa.select(PostChangeRow)).all()

    until(is_empty)
    assert is_lost(sessions, since)


def test_rows_stay_until_the_snapshot_file_has_passed_them(sessions, post):
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.get_one(PostRow, post).score = 1
    pruned(sessions, snapshot_file=since)
    assert changed(sessions, since) == {post}


def test_a_reader_that_is_not_heard_of_is_given_up_and_learns_it(sessions, post):
    since = snapshot(sessions)
    with sessions.begin() as session:
        reader = changes.register_reader(session, "test", since)
    with sessions.begin() as session:
        session.get_one(PostRow, post).score = 1
    pruned(sessions, patience=timedelta(0))
    with sessions.begin() as session:
        assert not changes.keep_reader(session, reader, since)

    def is_given_up():
        pruned(sessions)
        return is_lost(sessions, since)

    until(is_given_up)


def test_a_reader_that_leaves_holds_nothing_up(sessions, post):
    with sessions.begin() as session:
        reader = changes.register_reader(session, "test", snapshot(sessions))
    with sessions.begin() as session:
        changes.drop_reader(session, reader)
        session.get_one(PostRow, post).score = 1
    until(lambda: pruned(sessions))


def test_after_a_restore_the_feed_begins_anew(sessions, post):
    with sessions.begin() as session:
        changes.prune(session)
        changes.forget_feed(session)
    since = snapshot(sessions)
    with sessions.begin() as session:
        session.get_one(PostRow, post).score = 1
    assert changed(sessions, since) == {post}


class Mirror:
    """Keeps what search would keep, from the feed alone."""

    def __init__(self, sessions):
        self.sessions = sessions
        self.rows = {}
        with self.reading() as session:
            self.snapshot = changes.read_changes(session, None).snapshot
            self.rows = self.read(session, sa.text(MIRRORED))
        with sessions.begin() as session:
            self.reader = changes.register_reader(session, "mirror", self.snapshot)

    def reading(self):
        session = self.sessions()
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return session

    def read(self, session, query, **values):
        rows = {}
        for row in session.execute(query, values):
            rows.setdefault(row.id, set()).add(tuple(row))
        return rows

    def follow(self, *, compare):
        """Catch up; with `compare` return whether all is as a full reading says."""
        with self.reading() as session:
            news = changes.read_changes(session, self.snapshot)
            fresh = self.read(
                session, sa.text(f"{MIRRORED} where post.id = any(:ids)"), ids=list(news.post_ids)
            )
            for post_id in news.post_ids:
                self.rows.pop(post_id, None)
            self.rows |= fresh
            self.snapshot = news.snapshot
            return not compare or self.rows == self.read(session, sa.text(MIRRORED))


def test_no_commit_is_ever_missed(sessions, database_url):
    with sessions.begin() as session:
        keep_lists(session)
        for _ in range(POSTS):
            post = make_post(session)
            make_location(session, post, name="second.png", folder=str(post.id))
    mirror = Mirror(sessions)
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(database_url, n, 3, 4.0)) for n in range(3)]
    for writer in writers:
        writer.start()
    chance = random.Random(7)
    looks = compared = 0
    give_up = time.monotonic() + 60
    while any(writer.is_alive() for writer in writers) and time.monotonic() < give_up:
        compare = chance.random() < 0.3
        assert mirror.follow(compare=compare)
        looks, compared = looks + 1, compared + compare
        if chance.random() < 0.2:
            with sessions.begin() as session:
                assert changes.keep_reader(session, mirror.reader, mirror.snapshot)
                changes.prune(session)
        time.sleep(chance.random() * 0.02)
    for writer in writers:
        writer.join(10)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert mirror.follow(compare=True)
    assert looks > 20
    assert compared > 5
