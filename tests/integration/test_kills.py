"""SIGKILL of the worker, of its readers and of the database: the end is the same."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from homebooru.db.embedded import EmbeddedPostgres
from tests import corpus
from tests.processes import clean_environment, command_of, descendants
from tests.waiting import until

pytestmark = pytest.mark.slow

PICTURES = 40
STEPS = ("scanning", "reading", "preparing")
PLAN = [
    ("scanning", "worker"),
    ("scanning", "database"),
    ("reading", "worker"),
    ("reading", "reader"),
    ("reading", "database"),
    ("preparing", "reader"),
    ("preparing", "worker"),
    ("preparing", "database"),
    ("preparing", "reader"),
]
PATIENCE = 240  # seconds, for everything after the last kill

WAITING = (
    "select (select count(*) from scan_request) + (select count(*) from intake)"
    " + (select count(*) from preparation) + (select count(*) from retag_order)"
    " + (select count(*) from tag_count_delta)"
)
CLAIMED = (
    "select (select count(*) from scan_request where claimed_by is not null),"
    " (select count(*) from intake where claimed_by is not null),"
    " (select count(*) from preparation where claimed_by is not null)"
)
OUTCOME = (
    "select p.sha256, p.state, p.state_reason, p.mime, p.width, p.height, p.phash, p.thumbhash,"
    " p.general_count, p.rating, p.missing_since, p.description,"
    " array(select name from tag where id = any(p.tag_ids) order by name),"
    " array(select path from location l where l.post_id = p.id and missing_since is null"
    " order by path) from post p order by p.sha256"
)
CLAIMS = (
    "select p.sha256, c.source, array(select name from tag where id = any(c.tag_ids) order by name)"
    " from claim c join post p on p.id = c.post_id order by 1, 2"
)
COUNTS = "select name, category, count from tag order by name"


class Library:
    """A data folder with a database of its own, and the workers on it."""

    def __init__(self, data):
        self.data = data
        self.worker = None

    def run(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "homebooru", *arguments],
            env=clean_environment(
                HOMEBOORU_DATA=str(self.data),
                HOMEBOORU_PROCESSES="2",
                HOMEBOORU_LOG_LEVEL="error",
            ),
            stdout=subprocess.DEVNULL,
        )

    def ask(self, question):
        """The rows of an answer; waits where the database was killed just now."""

        def asked():
            try:
                with psycopg.connect(EmbeddedPostgres(self.data / "database").url) as connection:
                    return [connection.execute(question).fetchall()]
            except psycopg.OperationalError:
                self.keep_worker()
                return None

        return until(asked, PATIENCE)[0]

    def keep_worker(self):
        if self.worker is None or self.worker.poll() is not None:
            self.worker = self.run("worker")

    def is_done(self):
        self.keep_worker()
        return self.ask(WAITING) == [(0,)]

    def steps(self):
        """What is being worked on right now."""
        self.keep_worker()
        claimed = self.ask(CLAIMED)[0]
        return {step for step, rows in zip(STEPS, claimed, strict=True) if rows}

    def outcome(self):
        thumbnails = sorted(
            (str(path.relative_to(self.data)), path.read_bytes())
            for path in (self.data / "thumbnails").rglob("*")
            if path.is_file()
        )
        return [self.ask(OUTCOME), self.ask(CLAIMS), self.ask(COUNTS), thumbnails]

    def stop(self):
        if self.worker is not None:
            self.worker.terminate()
            self.worker.wait(30)

    # What can be killed

    def readers(self):
        return [pid for pid in descendants(self.worker.pid) if "python" in command_of(pid)]

    def postmaster(self):
        file = self.data / "database" / "pgdata" / "postmaster.pid"
        return [int(file.read_text().split()[0])] if file.exists() else []


@pytest.fixture
def place(run_folder):
    folder = Path(mkdtemp(dir=run_folder))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pictures(place):
    folder = place / "pictures"
    for number in range(PICTURES):
        below = folder / f"part-{number % 4}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{number}.png").write_bytes(corpus.png(900, 700, seed=number // 2 * 2))
        (below / f"{number}.png.txt").write_text(f"all\nnumber_{number}\ngroup_{number % 3}\n")
    (folder / "broken.png").write_bytes(corpus.png(seed=1)[:30])
    return folder


def test_whatever_is_killed_the_end_is_that_of_a_calm_run(place, pictures):
    calm = Library(place / "calm")
    assert calm.run("library", "add", "--wait", str(pictures)).wait(PATIENCE) == 0
    stormy = Library(place / "stormy")
    assert stormy.run("library", "add", str(pictures)).wait(PATIENCE) == 0
    try:
        killed = storm(stormy)
        until(stormy.is_done, PATIENCE)
        # A worker keeps the database up while both are asked.
        calm.keep_worker()
        assert stormy.outcome() == calm.outcome()
        assert stormy.ask("select count(*) from post where state = 'ready'") == [(PICTURES // 2,)]
    finally:
        stormy.stop()
        calm.stop()
    sys.__stdout__.write(f"\nSIGKILLs: {sum(killed.values())} {dict(killed)}\n")
    assert killed


def storm(library):
    """Kill this and that at each step; return how often what was killed when."""
    dice = random.Random(7)
    find = {
        "worker": lambda: [library.worker.pid],
        "reader": library.readers,
        "database": library.postmaster,
    }
    killed = Counter()
    library.keep_worker()
    for step, what in PLAN:
        until(lambda step=step: step in library.steps() or library.is_done(), PATIENCE)
        time.sleep(dice.uniform(0, 0.1))
        for pid in find[what]()[:1]:
            os.kill(pid, signal.SIGKILL)
            killed[f"{what} while {step}"] += 1
        if what == "worker":
            library.worker.wait()
    return killed
