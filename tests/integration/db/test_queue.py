import threading
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from homebooru.db.queue import (
    CHANNEL,
    LEASE,
    Work,
    WorkerPresence,
    claim,
    living_workers,
    release_dead_claims,
    wake,
)
from homebooru.db.tables import PostRow, PreparationRow, WorkerRow

ROWS = 60


@pytest.fixture
def due_rows(sessions):
    """Preparations that are due, the later the higher their post's id."""
    with sessions.begin() as session:
        posts = [PostRow(sha256=bytes([n])) for n in range(ROWS)]
        session.add_all(posts)
        session.flush()
        ids = [post.id for post in posts]
        for number, post_id in enumerate(ids):
            due = sa.func.now() - timedelta(minutes=ROWS - number)
            session.add(PreparationRow(post_id=post_id, due=due))
    return ids


@pytest.fixture
def presence(engine):
    presence = WorkerPresence(engine)
    presence.hold()
    yield presence
    presence.leave()


def claim_ids(sessions, limit, worker_id=None):
    with sessions.begin() as session:
        rows = claim(session, PreparationRow, limit=limit, worker_id=worker_id)
        return [row.post_id for row in rows]


def test_the_oldest_due_rows_are_claimed_first(sessions, due_rows):
    assert claim_ids(sessions, 7) == due_rows[:7]
    assert claim_ids(sessions, 7) == due_rows[7:14]


def test_a_claim_names_its_worker_counts_attempts_and_lasts_for_the_lease(sessions, due_rows):
    claim_ids(sessions, 1, worker_id=5)
    with sessions.begin() as session:
        row = session.get_one(PreparationRow, due_rows[0])
        now = session.scalars(sa.select(sa.func.now())).one()
        assert (row.claimed_by, row.attempts) == (5, 1)
        assert LEASE - timedelta(minutes=1) < row.due - now <= LEASE


def test_rows_that_are_due_later_are_not_claimed(sessions, due_rows):
    with sessions.begin() as session:
        session.execute(sa.update(PreparationRow).values(due=sa.func.now() + timedelta(hours=1)))
    assert claim_ids(sessions, ROWS) == []


def test_a_claim_that_is_rolled_back_leaves_its_rows_free(sessions, due_rows):
    session = sessions()
    assert len(claim(session, PreparationRow, limit=ROWS)) == ROWS
    session.rollback()
    session.close()
    assert claim_ids(sessions, ROWS) == due_rows


def test_claimers_at_the_same_time_never_get_the_same_row(sessions, due_rows):
    together = threading.Barrier(6)
    got = []

    def take():
        together.wait()
        while ids := claim_ids(sessions, 4):
            got.extend(ids)

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(due_rows)


def test_only_claims_of_dead_workers_are_released(sessions, due_rows, presence):
    claim_ids(sessions, 10, worker_id=presence.id)
    claim_ids(sessions, 10, worker_id=presence.id + 1000)
    claim_ids(sessions, 10)
    with sessions.begin() as session:
        assert release_dead_claims(session, [PreparationRow]) == 10
    assert sorted(claim_ids(sessions, ROWS)) == sorted(due_rows[10:20] + due_rows[30:])


def test_a_worker_lives_as_long_as_its_connection(engine, sessions):
    presence = WorkerPresence(engine)
    presence.hold()
    with sessions.begin() as session:
        assert living_workers(session) == [presence.id]
        assert session.get_one(WorkerRow, presence.id).pid
    presence.leave()
    with sessions.begin() as session:
        assert living_workers(session) == []
        assert session.scalars(sa.select(WorkerRow)).all() == []


def test_a_worker_whose_connection_breaks_lives_again_under_the_same_id(engine, sessions, presence):
    before = presence.id
    with engine.connect() as connection:
        connection.execute(
            sa.text("select pg_terminate_backend(:pid, 5000)"),
            {"pid": presence.hold().info.backend_pid},
        )
    with pytest.raises(psycopg.OperationalError):
        presence.hold().execute("select 1")
    presence.hold()
    assert presence.id == before
    with sessions.begin() as session:
        assert living_workers(session) == [before]


def test_a_worker_whose_old_connection_still_holds_the_lock_takes_a_new_id(engine, presence):
    before = presence.id
    old = presence.hold()
    presence._connection = None
    presence.hold()
    assert presence.id != before
    old.close()


def test_a_wake_up_is_delivered_at_commit_and_not_after_a_rollback(sessions, presence):
    connection = presence.hold()
    connection.execute(f"listen {CHANNEL}")
    with sessions.begin() as session:
        wake(session, Work.FILES)
        wake(session, Work.FILES)
    session = sessions()
    wake(session, Work.TAGS)
    session.rollback()
    session.close()
    heard = [one.payload for one in connection.notifies(timeout=0.3)]
    assert heard == ["index_files"]
