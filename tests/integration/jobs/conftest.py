"""Worker processes, what is due for them, and their diary."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from homebooru.db.queue import Work, wake_job
from homebooru.db.tables import PostRow, PreparationRow

WORKER = Path(__file__).parent / "fake_worker.py"


class Diary:
    """What the workers wrote: (line, pid, time)."""

    def __init__(self, path):
        self.path = path

    def lines(self, start=""):
        if not self.path.exists():
            return []
        parts = [line.split() for line in self.path.read_text().splitlines()]
        return [(a, int(b), float(c)) for a, b, c in parts if a.startswith(start)]


@pytest.fixture
def diary(tmp_path):
    return Diary(tmp_path / "diary")


@pytest.fixture
def start_worker(database_url, tmp_path, diary):
    """Start worker processes that die with the test: the one with a diary, or another program."""
    started = []

    def start(*program, **environment):
        process = subprocess.Popen(
            [sys.executable, *(program or (WORKER,))],
            env={
                **os.environ,
                "HOMEBOORU_DATABASE_URL": database_url,
                "HOMEBOORU_DATA": str(tmp_path / "data"),
                "DIARY": str(diary.path),
                **environment,
            },
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture
def make_due(sessions):
    """Make so many preparations due, and have the workers called, or not (None)."""

    def make(number, *, call=wake_job):
        with sessions.begin() as session:
            posts = [PostRow(sha256=os.urandom(32)) for _ in range(number)]
            session.add_all(posts)
            session.flush()
            session.add_all(PreparationRow(post_id=post.id) for post in posts)
            if call:
                call(session, Work.FILES)

    return make


@pytest.fixture
def due_count(sessions):
    def count():
        with sessions.begin() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(PreparationRow))

    return count
