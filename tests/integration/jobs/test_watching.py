"""What is kept of the watch on the folders."""

from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from homebooru.db.queue import WorkerPresence
from homebooru.db.tables import JobScheduleRow, RootRow
from homebooru.jobs.watching import Watching
from homebooru.services.jobs import MONITOR, set_monitor
from homebooru.services.library.roots import add_root, list_roots
from homebooru.settings import load_settings
from homebooru.wiring import connect
from tests.waiting import until

PATIENCE = 30


@pytest.fixture
def deps(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("HOMEBOORU_DATABASE_URL", database_url)
    monkeypatch.setenv("HOMEBOORU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOMEBOORU_CONFIG", str(tmp_path / "none.toml"))
    monkeypatch.setattr("homebooru.jobs.watching.LOOK", 0.1)
    (tmp_path / "data").mkdir()
    (tmp_path / "pictures").mkdir()
    with closing(connect(load_settings())) as deps:
        with deps.sessions.begin() as session:
            session.execute(sa.delete(JobScheduleRow).where(JobScheduleRow.name == MONITOR))
            session.add(JobScheduleRow(name=MONITOR, every_seconds=60))
        add_root(deps.sessions, tmp_path / "pictures")
        yield deps


@contextmanager
def watching(deps):
    """A worker that only watches; it dies, rather than leaves, where its connection is closed."""
    presence = WorkerPresence(deps.engine)
    presence.hold()
    thread = Watching(deps, presence)
    thread.start()
    try:
        yield presence
    finally:
        thread.stop()
        presence.leave()


def watch_of(deps):
    (root,) = list_roots(deps.sessions)
    return root.watch


def watcher_of(deps):
    with deps.sessions.begin() as session:
        return session.scalars(sa.select(RootRow.watched_by)).one()


def test_a_monitor_that_is_switched_off_watches_nothing(deps):
    with watching(deps):
        until(lambda: watch_of(deps) == "on", PATIENCE)
        set_monitor(deps.sessions, enabled=False)
        until(lambda: watch_of(deps) == "off", PATIENCE)
        set_monitor(deps.sessions, enabled=True)
        until(lambda: watch_of(deps) == "on", PATIENCE)


def test_nothing_is_watched_once_the_worker_that_watched_is_gone(deps):
    with watching(deps):
        until(lambda: watch_of(deps) == "on", PATIENCE)
    assert watch_of(deps) == "off"


def test_the_watch_of_a_dead_worker_passes_to_the_next_one(deps):
    with watching(deps) as first:
        until(lambda: watch_of(deps) == "on", PATIENCE)
        with watching(deps) as second:
            assert watcher_of(deps) == first.id
            first.leave()
            until(lambda: watcher_of(deps) == second.id, PATIENCE)
            assert watch_of(deps) == "on"
