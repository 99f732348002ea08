"""What is kept of the watch on the folders."""

from contextlib import closing, contextmanager

import pytest
import sqlalchemy as sa

from homebooru.db.tables import JobScheduleRow
from homebooru.jobs.watching import Watching
from homebooru.services.jobs import MONITOR, set_monitor
from homebooru.services.library.roots import add_root, list_roots, note_watching
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
    thread = Watching(deps)
    thread.start()
    try:
        yield
    finally:
        thread.stop()


def watch_of(deps):
    (root,) = list_roots(deps.sessions)
    return root.watch


def test_a_monitor_that_is_switched_off_watches_nothing(deps):
    with watching(deps):
        until(lambda: watch_of(deps) == "on", PATIENCE)
        set_monitor(deps.sessions, enabled=False)
        until(lambda: watch_of(deps) == "off", PATIENCE)
        set_monitor(deps.sessions, enabled=True)
        until(lambda: watch_of(deps) == "on", PATIENCE)


def test_what_an_earlier_run_watched_is_not_watched_by_that(deps):
    (root,) = list_roots(deps.sessions)
    note_watching(deps.sessions, {root.id: None})
    set_monitor(deps.sessions, enabled=False)

    with watching(deps):
        until(lambda: watch_of(deps) == "off", PATIENCE)
