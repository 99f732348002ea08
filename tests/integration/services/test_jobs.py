"""Jobs as people steer them, without a worker."""

import pytest
import sqlalchemy as sa

from homebooru.db.queries.jobs import defer
from homebooru.db.queue import Work, WorkerPresence, claim
from homebooru.db.tables import JobRunRow, PostRow, PreparationRow
from homebooru.domain.jobs import JobState, Wish
from homebooru.errors import Conflict, NotFound
from homebooru.jobs.progress import RunProgress
from homebooru.services import working
from homebooru.services.jobs import (
    cancel,
    is_stopped,
    list_jobs,
    monitor_status,
    pause,
    resume,
    retry,
    set_monitor,
)

NAME = "index_files"


@pytest.fixture
def worker(engine):
    presence = WorkerPresence(engine)
    presence.hold()
    yield presence
    presence.leave()


@pytest.fixture
def due(sessions):
    with sessions.begin() as session:
        post = PostRow(sha256=b"1")
        session.add(post)
        session.flush()
        session.add(PreparationRow(post_id=post.id))


def begin(sessions, worker, job_id=1):
    return working.begin_run(
        sessions, NAME, "Reading", Work.FILES, job_id=job_id, worker_id=worker.id
    )


def end(sessions, run, wish=Wish.GO, *, stopped=False):
    return working.end_run(sessions, run, Work.FILES, wish=wish, stopped=stopped)


def waiting_jobs(sessions):
    with sessions.begin() as session:
        return session.scalars(
            sa.text("select task_name from procrastinate_jobs where status = 'todo' order by id")
        ).all()


def test_what_a_run_held_when_it_lost_the_database_is_due_for_the_next_one(sessions, worker, due):
    run = begin(sessions, worker)
    with sessions.begin() as session:
        assert claim(session, PreparationRow, limit=5, worker_id=worker.id)
    again = begin(sessions, worker)
    assert again is not None
    assert again.id == run.id
    with sessions.begin() as session:
        assert claim(session, PreparationRow, limit=5, worker_id=worker.id)


def test_a_run_without_due_work_does_not_begin(sessions, worker):
    assert begin(sessions, worker) is None
    assert list_jobs(sessions) == ()


def test_progress_is_seen_with_its_errors_of_which_some_hundreds_are_kept(sessions, worker, due):
    run = begin(sessions, worker)
    progress = RunProgress(sessions, run, lambda: False)
    progress.expect(500)
    for number in range(400):
        progress.report_error(f"{number}.png", "It is empty.")
    progress.advance(7, current="a.png")
    progress.note()
    (job,) = list_jobs(sessions)
    assert (job.done, job.total, job.current, job.errors) == (7, 500, "a.png", 400)
    assert job.fraction == 7 / 500
    assert len(job.recent_errors) == 20
    assert job.recent_errors[0].what == f"{working.KEPT_ERRORS - 1}.png"


def test_an_interrupted_run_goes_on_in_its_row(sessions, worker, due):
    run = begin(sessions, worker)
    progress = RunProgress(sessions, run, lambda: False)
    progress.advance(5)
    progress.note()
    assert end(sessions, run, stopped=True) is JobState.RUNNING
    again = begin(sessions, worker, job_id=2)
    assert (again.id, again.done) == (run.id, 5)


def test_a_run_of_a_living_worker_is_not_taken_over(sessions, worker, due):
    run = begin(sessions, worker, job_id=1)
    assert begin(sessions, worker, job_id=2).id != run.id


def test_a_run_that_did_nothing_leaves_no_trace(sessions, worker, due):
    run = begin(sessions, worker)
    assert end(sessions, run) is JobState.DONE
    assert list_jobs(sessions) == ()


def test_a_pause_holds_until_it_is_resumed(sessions, worker, due):
    run = begin(sessions, worker)
    pause(sessions, run.id)
    progress = RunProgress(sessions, run, lambda: False)
    progress.note()
    assert not progress.goes_on()
    assert end(sessions, run, progress.wish) is JobState.PAUSED
    working.defer_woken(sessions, [NAME])
    working.defer_due(sessions, [Work.FILES])
    assert waiting_jobs(sessions) == []
    assert begin(sessions, worker, job_id=2) is None
    resume(sessions, run.id)
    assert begin(sessions, worker, job_id=3).id == run.id


def test_a_command_runs_what_a_person_paused_for_the_workers(sessions, worker, due):
    run = begin(sessions, worker)
    pause(sessions, run.id)
    end(sessions, run, Wish.PAUSE)
    assert begin(sessions, worker, job_id=None) is not None


def test_a_run_that_nobody_is_at_pauses_and_ends_at_once(sessions, worker, due):
    run = begin(sessions, worker)
    end(sessions, run, stopped=True)
    pause(sessions, run.id)
    assert list_jobs(sessions)[0].state is JobState.PAUSED
    cancel(sessions, run.id)
    assert list_jobs(sessions)[0].state is JobState.CANCELLED


def test_a_cancelled_job_waits_for_a_call(sessions, worker, due):
    run = begin(sessions, worker)
    working.defer_woken(sessions, [NAME])
    cancel(sessions, run.id)
    assert end(sessions, run, Wish.CANCEL) is JobState.CANCELLED
    assert waiting_jobs(sessions) == []
    working.defer_due(sessions, [Work.FILES])
    assert waiting_jobs(sessions) == []
    working.keep_schedule(sessions, NAME, 1, fixed=None)
    for _ in range(2):
        working.defer_following(sessions, [NAME])
        working.defer_scheduled(sessions, [NAME])
        assert (waiting_jobs(sessions), is_stopped(sessions, NAME)) == ([], True)
        working.prune_history(sessions, 0)
    assert [one.state for one in list_jobs(sessions, limit=1)] == [JobState.CANCELLED]

    working.defer_woken(sessions, [NAME])
    assert waiting_jobs(sessions) == [NAME]
    end(sessions, begin(sessions, worker, job_id=2))
    assert not is_stopped(sessions, NAME)
    working.prune_history(sessions, 0)
    assert JobState.CANCELLED not in [one.state for one in list_jobs(sessions)]


def test_a_failed_run_tells_why_and_is_taken_up_by_its_retry(sessions, worker, due):
    run = begin(sessions, worker)
    working.fail_run(sessions, run, "The disk is full.")
    (job,) = list_jobs(sessions)
    assert (job.state, job.reason) == (JobState.FAILED, "The disk is full.")
    retry(sessions, run.id)
    assert begin(sessions, worker).id == run.id
    assert list_jobs(sessions)[0].reason is None


def test_wishes_that_make_no_sense_are_refused(sessions, worker, due):
    run = begin(sessions, worker)
    with pytest.raises(Conflict):
        retry(sessions, run.id)
    working.fail_run(sessions, run, "no")
    for act in (pause, resume, cancel):
        with pytest.raises(Conflict):
            act(sessions, run.id)
    with pytest.raises(NotFound):
        pause(sessions, 999)


def test_a_job_waits_in_the_queue_only_once(sessions):
    working.defer_woken(sessions, [NAME, "fold_counts"])
    working.defer_woken(sessions, [NAME])
    assert sorted(waiting_jobs(sessions)) == ["fold_counts", NAME]


def test_a_job_of_a_dead_worker_is_queued_again(sessions, engine, worker, due):
    with sessions.begin() as session:
        defer(session, NAME)
        job_id = session.scalar(
            sa.text("update procrastinate_jobs set status = 'doing' returning id")
        )
    run = begin(sessions, worker, job_id=job_id)
    working.rescue(sessions)
    assert waiting_jobs(sessions) == []
    working.rescue(sessions, not_living=worker.id)
    assert waiting_jobs(sessions) == [NAME]
    assert begin(sessions, worker, job_id=job_id).id == run.id


def test_scheduled_jobs_take_turns(sessions):
    working.keep_schedule(sessions, "request_scans", 60, fixed=None)
    working.defer_scheduled(sessions, ["request_scans"])
    working.defer_scheduled(sessions, ["request_scans"])
    assert waiting_jobs(sessions) == ["request_scans"]


def test_the_monitor_can_be_stopped_unless_the_environment_decides(sessions):
    with pytest.raises(Conflict):
        set_monitor(sessions, enabled=True)
    working.keep_schedule(sessions, "request_scans", 60, fixed=None)
    set_monitor(sessions, enabled=False)
    assert not monitor_status(sessions).enabled
    working.defer_scheduled(sessions, ["request_scans"])
    assert waiting_jobs(sessions) == []
    set_monitor(sessions, enabled=True)
    status = monitor_status(sessions)
    assert (status.enabled, status.fixed, status.running) == (True, False, False)
    assert status.interval_seconds == 60
    working.keep_schedule(sessions, "request_scans", 60, fixed=False)
    with pytest.raises(Conflict, match="HOMEBOORU_MONITOR_ENABLED"):
        set_monitor(sessions, enabled=True)
    assert monitor_status(sessions).fixed


def test_old_history_is_forgotten(sessions, worker, due):
    run = begin(sessions, worker)
    working.fail_run(sessions, run, "no")
    with sessions.begin() as session:
        session.execute(
            sa.update(JobRunRow).values(finished_at=sa.func.now() - sa.text("interval '31 days'"))
        )
    working.prune_history(sessions, 30)
    assert list_jobs(sessions) == ()
