"""SIGKILL of the gallery, its worker, readers and database, each in the middle of each step."""

import os
import random
import signal
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from homebooru.db.embedded import EmbeddedPostgres
from tests import corpus
from tests.integration.galleries import PATIENCE, Gallery
from tests.processes import descendants, is_stopped, living
from tests.waiting import until

pytestmark = pytest.mark.slow

PICTURES = 8
LARGE = "large.jpg"  # takes a while to read, so that its reader can be caught
LARGE_BYTES = 96 << 20
READS = ["reader", "worker", "database", "serve"]
KILLS = 5 + 2 * len(READS)

LIVING = (
    "select objid::int from pg_locks where locktype = 'advisory' and classid = 7283002 and granted"
)
SCANS = "select count(*) from scan_request"
SCANNING = f"{SCANS} where claimed_by in ({LIVING})"
AT_LARGE = {
    "reading": f"select count(*) from intake where path = '{LARGE}' and claimed_by in ({LIVING})",
    "preparing": (
        "select count(*) from preparation p join location l on l.post_id = p.post_id"
        f" where l.path = '{LARGE}' and p.claimed_by in ({LIVING})"
    ),
}
LARGE_WAITS = (
    f"select (select count(*) from intake where path = '{LARGE}') + (select count(*)"
    f" from preparation p join location l on l.post_id = p.post_id where l.path = '{LARGE}')"
)
# Work that is asked for from outside, with the call that wakes the worker.
SCAN = (
    "with asked as (insert into scan_request (root_id, folder) select id, '' from root"
    " on conflict do nothing) select pg_notify('homebooru_work', 'scan_roots')"
)
PREPARE_LARGE = (
    "with asked as (insert into preparation (post_id) select post_id from location"
    f" where path = '{LARGE}') select pg_notify('homebooru_work', 'index_files')"
)
WAITING = (
    "select (select count(*) from scan_request)"
    " + (select count(*) from intake where not unread)"
    " + (select count(*) from preparation) + (select count(*) from retag_order)"
    " + (select count(*) from tag_count_delta)"
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
PROBLEMS = "select path, part, reason from problem order by path"

STANDING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query ilike '{}%'"
)
# What a scan can be made to wait for: it then is where it writes what it found, or where it ends.
HELD = {
    "writing": (
        "insert into intake (root_id, path, size, mtime_ns) select id, 'part-1/1.png', 0, 0 from root",
        "insert into intake",
    ),
    "closing": ("lock table root in share mode", "update root set %last_scan"),
}


class Library(Gallery):
    """A gallery whose reader can be caught at the large picture."""

    def __init__(self, data, pictures):
        super().__init__(data)
        self.pictures = pictures
        self.additions = 0
        self.known_reader = None

    def request_scan(self):
        self.ask(SCAN)

    def add_large(self):
        """Let the large picture appear, or look changed."""
        self.additions += 1
        large = self.pictures / LARGE
        if not large.exists():
            (self.pictures.parent / LARGE).rename(large)
        at_rest = 10**9 + self.additions
        os.utime(large, (at_rest, at_rest))

    def outcome(self):
        thumbnails = sorted(
            (str(path.relative_to(self.data)), path.read_bytes())
            for path in (self.data / "thumbnails").rglob("*")
            if path.is_file()
        )
        return [*map(self.ask, (OUTCOME, CLAIMS, COUNTS, PROBLEMS)), thumbnails]

    # What can be killed

    def serve(self):
        return self.gallery.pid

    def worker(self):
        (pid,) = self.below("homebooru worker")
        return pid

    def database(self):
        file = self.data / "database" / "pgdata" / "postmaster.pid"
        return int(file.read_text().split()[0])

    def reader(self):
        """The reader, if it is at the large picture right now."""
        if not (at := open_files(self.known_reader)):
            self.known_reader = next(iter(self.below("processes.child")), None)
            at = open_files(self.known_reader)
        return self.known_reader if str(self.pictures / LARGE) in at else None


def open_files(pid):
    found = set()
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(entry.readlink()))
    return found


@pytest.fixture
def pictures(place):
    """A folder of pictures, and beside it the large one, which comes later."""
    folder = place / "pictures"
    for number in range(PICTURES):
        below = folder / f"part-{number % 4}"
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{number}.png").write_bytes(corpus.png(600, 400, seed=number // 2 * 2))
        (below / f"{number}.png.txt").write_text(f"all\nnumber_{number}\ngroup_{number % 3}\n")
    (folder / "broken.png").write_bytes(corpus.png(seed=1)[:30])
    with (place / LARGE).open("wb") as large:
        large.write(corpus.jpeg(900, 700, seed=1000))
        large.truncate(LARGE_BYTES)
    return folder


def test_whatever_is_killed_the_end_is_that_of_a_calm_run(place, pictures):
    stormy = Library(place / "stormy", pictures)
    assert stormy.run("library", "add", str(pictures)).wait(PATIENCE) == 0
    calm = Library(place / "calm", pictures)
    try:
        killed = Storm(stormy, seed=7).rage()
        until(lambda: stormy.count(WAITING) == 0, PATIENCE)
        assert calm.run("library", "add", "--wait", str(pictures)).wait(PATIENCE) == 0
        with running(calm):
            assert stormy.outcome() == calm.outcome()
            calm.stop()
        ready = "select count(*) from post where state = 'ready'"
        assert stormy.count(ready) == PICTURES // 2 + 1
    finally:
        stormy.stop()
    assert set(killed.values()) == {1}
    assert len(killed) == KILLS
    sys.__stdout__.write(f"\nSIGKILLs: {sum(killed.values())} {dict(killed)}\n")


@contextmanager
def running(library):
    database = EmbeddedPostgres(library.data / "database")
    database.start()
    try:
        yield
    finally:
        database.release()


class Storm:
    """Kills this and that at each step, once it is certain that the step is under way."""

    def __init__(self, library, *, seed):
        self.library = library
        self.dice = random.Random(seed)
        self.killed = Counter()

    def rage(self):
        """Return how often what was killed when."""
        with running(self.library), self.scan_held("writing"):
            self.library.start()
            self.kill_scanning("worker", "database", where="writing")
        until(lambda: self.library.count(SCANS) == 0, PATIENCE)
        with self.scan_held("closing"):
            self.library.add_large()
            self.library.request_scan()
            with self.reader_held("reading"):
                self.kill_scanning("reader", where="closing")
            self.kill_scanning("worker", "database", where="closing")
        for step in AT_LARGE:
            for what in self.dice.sample(READS, len(READS)):
                with self.reader_held(step):
                    self.kill(what, step)
        return self.killed

    def kill_scanning(self, *kinds, where):
        for what in kinds:
            until(lambda: self.is_scanning(where), PATIENCE)
            self.kill(what, f"scanning, {where}")

    def is_scanning(self, where):
        """Whether a living worker scans, and stands where it is held."""
        return self.library.count(SCANNING) and self.library.count(STANDING.format(HELD[where][1]))

    @contextmanager
    def scan_held(self, where):
        connection = self.library.connect()
        connection.execute(HELD[where][0])
        try:
            yield
        finally:
            with suppress(psycopg.OperationalError):
                connection.close()

    @contextmanager
    def reader_held(self, step):
        """Stop the reader that is at the large picture in this step."""
        pid = until(lambda: self.stop_reader(step), PATIENCE)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def stop_reader(self, step):
        pid = self.library.reader()
        if pid is None:
            return self.renew(step)
        os.kill(pid, signal.SIGSTOP)
        until(lambda: is_stopped(pid) or pid not in living([pid]))
        if pid == self.library.reader() and self.library.count(AT_LARGE[step]):
            return pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        return None

    def renew(self, step):
        """Have the large picture read again, where all was over before its reader was caught."""
        if self.library.count(LARGE_WAITS) or self.library.count(SCANNING):
            return
        if step == "preparing":
            self.library.ask(PREPARE_LARGE)
        else:
            self.library.add_large()
            self.library.request_scan()

    def kill(self, what, step):
        library = self.library
        pid = getattr(library, what)()
        below = descendants(pid)
        os.kill(pid, signal.SIGKILL)
        self.killed[f"{what} while {step}"] += 1
        if what == "serve":
            library.gallery.wait()
            until(lambda: not living(below), PATIENCE)
            library.start()
        until(lambda: not living([pid]), PATIENCE)
