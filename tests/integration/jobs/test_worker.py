"""Real worker processes with jobs of the tests' own (`fake_worker.py`)."""

import signal
import time

import pytest
import sqlalchemy as sa

from homebooru.db.queue import living_workers, wake_to_follow
from homebooru.domain.jobs import JobState
from homebooru.services.jobs import cancel, list_jobs, monitor_status, pause, resume, retry
from tests.waiting import until

pytestmark = pytest.mark.slow

WAITING = sa.text(
    "select count(*) from pg_stat_activity where datname = current_database()"
    " and wait_event_type = 'Lock' and query like '%procrastinate_jobs%'"
)


def newest(sessions):
    return next((job for job in list_jobs(sessions) if job.name == "index_files"), None)


def is_running(sessions):
    job = newest(sessions)
    return job if job and job.state is JobState.RUNNING and job.done >= 2 else None


def test_what_was_due_before_the_worker_came_is_done_without_a_call(
    start_worker, make_due, due_count, sessions
):
    make_due(6, call=None)
    start_worker()
    until(lambda: due_count() == 0)
    job = until(lambda: (job := newest(sessions)) and job.state is JobState.DONE and job)
    assert (job.done, job.errors, job.total) == (6, 0, 100)
    assert job.finished_at is not None


def test_a_call_is_heard_by_a_worker_that_does_not_look(start_worker, make_due, due_count):
    start_worker(LOOK="600")
    for _ in range(2):
        make_due(2)
        until(lambda: due_count() == 0)


def test_scheduled_jobs_run_once_however_many_workers_there_are(start_worker, diary, sessions):
    for _ in range(3):
        start_worker()
    ticks = until(lambda: len(found := diary.lines("tick")) >= 4 and found)
    (_, _, first), *later, (_, _, last) = ticks
    assert (last - first) / (len(later) + 1) > 1  # one in two seconds; each of three would be less
    with sessions.begin() as session:
        assert len(living_workers(session)) == 3


def test_a_run_pauses_and_goes_on(start_worker, make_due, due_count, sessions):
    make_due(40)
    start_worker(SECONDS_EACH="0.1")
    job = until(lambda: is_running(sessions))
    pause(sessions, job.id)
    until(lambda: newest(sessions).state is JobState.PAUSED)
    left = due_count()
    make_due(1)
    time.sleep(1)
    assert due_count() == left + 1 > 1
    resume(sessions, job.id)
    until(lambda: newest(sessions).state is JobState.RUNNING)
    until(lambda: due_count() == 0)
    done = until(lambda: (job := newest(sessions)) and job.state is JobState.DONE and job)
    assert (done.id, done.done) == (job.id, 41)


def test_a_cancelled_run_stays_away_until_somebody_asks_for_it(
    start_worker, make_due, due_count, sessions
):
    make_due(40)
    worker = start_worker(SECONDS_EACH="0.1")
    job = until(lambda: is_running(sessions))
    cancel(sessions, job.id)
    until(lambda: newest(sessions).state is JobState.CANCELLED)
    worker.terminate()
    worker.wait(60)
    left = due_count()
    start_worker()
    until(lambda: monitor_status(sessions).running)
    make_due(1, call=wake_to_follow)
    time.sleep(1)
    assert due_count() == left + 1 > 1
    make_due(1)
    until(lambda: due_count() == 0)


def test_a_killed_worker_s_rows_are_done_by_another_one_at_once(
    start_worker, make_due, due_count, sessions
):
    make_due(30)
    worker = start_worker(SECONDS_EACH="0.2")
    job = until(lambda: is_running(sessions))
    start_worker()
    until(lambda: len(_living(sessions)) == 2)
    worker.send_signal(signal.SIGKILL)
    until(lambda: due_count() == 0)  # long before the lease ends
    until(lambda: JobState.DONE in [one.state for one in list_jobs(sessions) if one.id == job.id])


def test_a_terminated_worker_finishes_its_batch_and_the_next_one_goes_on(
    start_worker, make_due, due_count, sessions, diary
):
    make_due(30)
    worker = start_worker(SECONDS_EACH="0.1")
    job = until(lambda: is_running(sessions))
    worker.terminate()
    assert worker.wait(60) == 0
    assert len(diary.lines("did")) + due_count() == 30
    assert newest(sessions).state is JobState.RUNNING
    start_worker()
    until(lambda: due_count() == 0)
    done = until(lambda: (job := newest(sessions)) and job.state is JobState.DONE and job)
    assert (done.id, done.done) == (job.id, 30)


def test_a_worker_that_is_told_to_stop_before_it_takes_jobs_stops(
    start_worker, make_due, due_count, engine, sessions
):
    make_due(2)

    def waiting():
        with sessions() as session:
            return session.scalar(WAITING)

    with engine.begin() as holder:
        holder.execute(sa.text("lock table job_run in access exclusive mode"))
        worker = start_worker()
        # its waker and itself free what dead workers left, each before it does anything else
        until(lambda: waiting() == 2)
        worker.terminate()
    assert worker.wait(60) == 0
    assert due_count() == 2


def test_a_worker_outlives_its_connections(start_worker, make_due, due_count, engine, sessions):
    worker = start_worker(SECONDS_EACH="0.05")
    make_due(40)
    until(lambda: is_running(sessions))
    for _ in range(2):
        with engine.begin() as connection:
            connection.execute(
                sa.text(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where datname = current_database() and pid <> pg_backend_pid()"
                )
            )
        time.sleep(0.5)
    engine.dispose()
    until(lambda: due_count() == 0)
    assert worker.poll() is None


def test_a_failure_is_told_and_tried_again(start_worker, make_due, due_count, diary, sessions):
    broken = diary.path.with_name("diary.broken")
    broken.touch()
    make_due(2)
    start_worker()
    job = until(lambda: (job := newest(sessions)) and job.state is JobState.FAILED and job)
    assert job.reason == "It is broken."
    broken.unlink()
    retry(sessions, job.id)
    until(lambda: due_count() == 0)
    done = until(lambda: (job := newest(sessions)) and job.state is JobState.DONE and job)
    assert (done.id, done.reason) == (job.id, None)


def test_a_full_disk_is_a_pause_that_ends_by_itself(
    start_worker, make_due, due_count, diary, sessions
):
    full = diary.path.with_name("diary.full")
    full.touch()
    make_due(2)
    start_worker(LOOK="0.3")
    until(lambda: len(diary.lines("begin")) >= 3)
    (job,) = [job for job in list_jobs(sessions) if job.name == "index_files"]
    until(lambda: newest(sessions).waits)
    assert newest(sessions).reason == "There is no room."
    full.unlink()
    until(lambda: due_count() == 0)
    done = until(lambda: (job := newest(sessions)) and job.state is JobState.DONE and job)
    assert (done.id, done.reason, done.done) == (job.id, None, 2)


def _living(sessions):
    with sessions.begin() as session:
        return living_workers(session)


@pytest.fixture(autouse=True)
def _forget_pool(engine):
    yield
    engine.dispose()
