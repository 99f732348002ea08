"""SIGKILL of a worker inside a batch of edits: the end is that of a calm run, and undone whole."""

import signal

import pytest
import sqlalchemy as sa

from homebooru.domain.editing.words import Hand, Via
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import edit_posts, revert_batch, show_batch
from homebooru.services.tags.deriving import check
from tests.factories import make_post
from tests.integration.services.conftest import Quiet
from tests.waiting import until

pytestmark = pytest.mark.slow

POSTS = 2_400  # done in three transactions
CAUGHT = 1_700  # stands in the second one
BY = Hand(account_id=1, via=Via.WEB)
MANY = sa.text("""
    insert into post (sha256, state)
    select sha256(cast(number as text)::bytea), 'ready' from generate_series(1, :posts) as number
""")
STANDING = sa.text("""
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
""")
WORDS = sa.text("""
    select (select count(*) from verdict where yes), (select count(*) from verdict where not yes),
        (select count(*) from post_verdict where value = 's'),
        (select count(*) from post where rating = 's' and cardinality(tag_ids) = 2)
""")
LINES = sa.text("""
    select batch_id, count(*), count(distinct post_id) from edit
    where batch_id is not null group by batch_id order by batch_id
""")


@pytest.fixture
def posts(sessions):
    with sessions.begin() as session:
        session.execute(MANY, {"posts": POSTS})
        ids = list(session.scalars(sa.text("select id from post order by id")))
        make_post(session, tags="cat sun moon")
        return ids


def killed_inside(sessions, start_worker, batch, caught):
    """Let a worker begin a batch, kill it in the middle of a transaction, and let another end it."""
    with sessions.begin() as holder:
        holder.execute(sa.text("select id from post where id = :id for update"), {"id": caught})
        worker = start_worker("-m", "homebooru", "worker")
        until(lambda: asked(sessions, STANDING) == [(1,)])
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert show_batch(sessions, batch.id, EVERYTHING).done == 1_000
    other = start_worker("-m", "homebooru", "worker")
    until(lambda: show_batch(sessions, batch.id, EVERYTHING).finished_at)
    other.terminate()
    other.wait()
    return show_batch(sessions, batch.id, EVERYTHING)


def asked(sessions, question):
    with sessions() as session:
        return [tuple(row) for row in session.execute(question)]


def test_a_killed_worker_s_batch_is_ended_once_and_undone_whole(sessions, posts, start_worker):
    before = asked(sessions, WORDS)
    made = edit_posts(sessions, posts, "sun moon -cat rating:s", EVERYTHING, BY)
    made = killed_inside(sessions, start_worker, made, posts[CAUGHT])
    assert (made.posts, made.done, made.changed) == (POSTS, POSTS, POSTS)
    assert asked(sessions, LINES) == [(made.id, POSTS, POSTS)]
    assert asked(sessions, WORDS) == [(2 * POSTS, POSTS, POSTS, POSTS)]
    undone = revert_batch(sessions, made.id, EVERYTHING, BY)
    undone = killed_inside(sessions, start_worker, undone, posts[CAUGHT])
    assert (undone.changed, undone.left_alone) == (POSTS, 0)
    assert asked(sessions, LINES) == [(batch.id, POSTS, POSTS) for batch in (made, undone)]
    assert asked(sessions, WORDS) == before
    assert check(sessions, Quiet()) == 0
