"""Runs of the real jobs in this process: how they rest while there is no room."""

import errno
import os
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from homebooru.domain.jobs import JobState
from homebooru.errors import DiskFull, HomeBooruError, NoRights
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.jobs.declarations import JOBS
from homebooru.jobs.running import run_job
from homebooru.search.index.saving import save_apart
from homebooru.services.jobs import cancel, list_jobs
from homebooru.services.library.roots import add_root
from homebooru.settings import Settings
from homebooru.wiring import Deps
from tests import corpus

MORE_THAN_THERE_IS = 10**9  # megabytes


@pytest.fixture
def deps(tmp_path, database_url, engine, sessions):
    settings = Settings(data=tmp_path, database_url=database_url, minimum_free=0, processes=1)
    thumbs = ThumbStore(tmp_path / "thumbnails")
    return Deps(
        settings=settings, engine=engine, sessions=sessions, thumbs=thumbs, walker=DiskWalker(())
    )


@pytest.fixture
def full(deps):
    """The same gallery while its disk is full."""
    return replace(deps, settings=replace(deps.settings, minimum_free=MORE_THAN_THERE_IS))


@pytest.fixture
def pictures(deps, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(3):
        (folder / f"{number}.png").write_bytes(corpus.png(seed=number))
    add_root(deps.sessions, folder)
    return folder


def run(deps, name):
    return run_job(deps, JOBS[name], job_id=1, worker_id=None, is_stopping=lambda: False)


def runs(deps, name):
    return [job for job in list_jobs(deps.sessions) if job.name == name]


@pytest.mark.parametrize("name", ["scan_roots", "index_files"])
def test_without_room_a_job_rests_in_one_run_that_goes_on_later(deps, full, pictures, name):
    if name == "index_files":
        run(deps, "scan_roots")
    for _ in range(3):
        with pytest.raises(DiskFull):
            run(full, name)
    (job,) = runs(deps, name)
    assert (job.state, job.waits, job.done) == (JobState.PAUSED, True, 0)
    assert re.fullmatch(
        r"Only \d+ MB are free on the disk of .+, and HomeBooru leaves 1000000000 MB alone\. "
        r"Make room there, and it goes on\.",
        job.reason,
    )
    assert run(deps, name) is JobState.DONE
    (done,) = runs(deps, name)
    assert (done.id, done.reason, done.waits) == (job.id, None, False)


def test_what_rests_can_be_cancelled(deps, full, pictures):
    with pytest.raises(DiskFull):
        run(full, "scan_roots")
    (job,) = runs(deps, "scan_roots")
    cancel(deps.sessions, job.id)
    (job,) = runs(deps, "scan_roots")
    assert (job.state, job.waits) == (JobState.CANCELLED, False)


def test_a_database_without_room_is_a_pause_too(deps, pictures):
    run(deps, "scan_roots")
    refuse(deps, "post")
    with pytest.raises(DiskFull):
        run(deps, "index_files")
    (job,) = runs(deps, "index_files")
    assert job.waits
    assert job.reason.startswith("The database has no room left (could not extend the file).")
    relent(deps, "post")
    assert run(deps, "index_files") is JobState.DONE
    (done,) = runs(deps, "index_files")
    assert (done.id, done.errors) == (job.id, 0)


def refuse(deps, table):
    """Let the server say what it says of a full disk."""
    with deps.engine.begin() as connection:
        connection.execute(
            sa.text(
                "create function refuse() returns trigger language plpgsql as $$ begin "
                "raise exception 'could not extend the file' using errcode = '53100'; end $$"
            )
        )
        connection.execute(
            sa.text(
                f"create trigger refuse before insert on {table} "
                "for each row execute function refuse()"
            )
        )


def relent(deps, table):
    with deps.engine.begin() as connection:
        connection.execute(sa.text(f"drop trigger refuse on {table}"))


@pytest.mark.parametrize(
    ("number", "told"), [(errno.ENOSPC, "is full"), (errno.EROFS, "only be read from")]
)
def test_a_disk_that_fails_is_told_in_words_and_the_next_run_goes_on(deps, number, told):
    failing = [OSError(number, os.strerror(number), "/data")]

    def body(*_arguments):
        if failing:
            raise failing.pop()
        return "done"

    job = replace(JOBS["save_index"], body=body)
    with pytest.raises((DiskFull, NoRights)):
        run_job(deps, job, job_id=1, worker_id=None, is_stopping=lambda: False)
    [failed] = runs(deps, "save_index")
    assert failed.state is JobState.FAILED
    assert told in failed.reason
    state = run_job(deps, job, job_id=1, worker_id=None, is_stopping=lambda: False)
    assert state is JobState.DONE


def test_an_index_that_cannot_be_kept_says_why(deps):
    (deps.settings.data / "index").write_text("in the way")
    file = deps.settings.data / "index" / "posts.npz"
    with pytest.raises(HomeBooruError, match="could not be kept"):
        save_apart(deps.engine, file)
