"""`serve` as a person starts it: real processes, an embedded database, real pictures."""

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest

from homebooru.cli.serve.pages import PROCESSES
from homebooru.db.embedded import EmbeddedPostgres
from homebooru.db.migrating import head_revision
from tests import corpus
from tests.processes import clean_environment, command_of, descendants, living
from tests.shipped import free_port
from tests.waiting import until

pytestmark = pytest.mark.slow

TOP = Path(__file__).resolve().parents[3]
FOLLOWERS = "select count(*) from feed_reader where name = 'web'"
PATIENCE = 90  # seconds; a busy machine loads Python slowly


class Gallery:
    """A `homebooru serve` of the tests' own. What it says goes to a file, which never blocks."""

    def __init__(self, data, *folders, port=0, log):
        self.data = data
        self.log = log
        with log.open("wb") as stdout:
            arguments = ["serve", "--port", str(port), *map(str, folders)]
            self.process = run(data, *arguments, stdout=stdout)

    def said(self):
        return self.log.read_text()

    def address(self):
        def told():
            assert self.process.poll() is None, self.said()
            return re.search(r"HomeBooru is at (\S+)/ ", self.said())

        return until(told, PATIENCE)[1]

    def get(self, path):
        with urllib.request.urlopen(self.address() + path, timeout=30) as answer:
            return answer.status, answer.read()

    def ask(self, question):
        url = EmbeddedPostgres(self.data / "database").url
        with psycopg.connect(url) as connection:
            return connection.execute(question).fetchone()[0]

    def count_ready(self):
        return self.ask("select count(*) from post where state = 'ready'")

    def child(self, word):
        return [
            pid for pid in descendants(self.process.pid) if f"homebooru {word}" in command_of(pid)
        ]

    def stop(self):
        self.process.terminate()
        return self.process.wait(PATIENCE)


def run(data, *arguments, stdout=subprocess.PIPE, cwd=None, **settings):
    return subprocess.Popen(
        [sys.executable, "-m", "homebooru", *arguments],
        env=clean_environment(HOMEBOORU_DATA=str(data), HOMEBOORU_PROCESSES="1", **settings),
        stdout=stdout,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        cwd=cwd,
    )


def press_ctrl_c(process):
    """Do what a terminal does: tell the whole group."""
    os.killpg(process.pid, signal.SIGINT)


def drained(terminal):
    """What was written to a terminal since it was last looked at."""
    try:
        return os.read(terminal, 1 << 16).decode()
    except BlockingIOError:
        return ""


@pytest.fixture
def pictures(place):
    folder = place / "pictures"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(corpus.png(seed=number))
    return folder


@pytest.fixture
def serve(place):
    started = []

    def start(*folders, **more):
        gallery = Gallery(place / "data", *folders, log=place / f"{len(started)}.log", **more)
        started.append(gallery)
        return gallery

    yield start
    for gallery in started:
        below = descendants(gallery.process.pid)
        gallery.process.kill()
        gallery.process.wait()
        until(lambda below=below: not living(below), PATIENCE)


def test_a_folder_becomes_a_gallery_that_mends_itself_and_leaves_nothing_behind(
    serve, pictures, place
):
    gallery = serve(pictures)
    assert gallery.get("/health")[0] == 200
    until(lambda: gallery.count_ready() == 3, PATIENCE)
    until(lambda: gallery.ask(FOLLOWERS) == PROCESSES, PATIENCE)  # each has its index

    (worker,) = gallery.child("worker")
    os.kill(worker, signal.SIGKILL)
    until(lambda: gallery.child("worker") not in ([], [worker]), PATIENCE)

    more = place / "more"
    more.mkdir()
    (more / "4.png").write_bytes(corpus.png(seed=4))
    second = run(gallery.data, "serve", str(more), str(pictures))
    out, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0
    assert f"already runs on this data: {gallery.address()}" in out
    until(lambda: gallery.count_ready() == 4, PATIENCE)

    below = descendants(gallery.process.pid)
    assert gallery.stop() == 0
    until(lambda: not living(below))
    assert (gallery.data / "gallery.lock").read_text() == ""
    assert not (gallery.data / "database" / "pgdata" / "postmaster.pid").exists()


def test_a_killed_gallery_takes_everything_with_it_and_can_start_again(serve, place):
    gallery = serve()
    address = gallery.address()
    until(lambda: gallery.child("worker"), PATIENCE)
    below = descendants(gallery.process.pid)
    gallery.process.kill()
    gallery.process.wait()
    again = serve(port=address.rpartition(":")[2])
    assert again.address() == address
    until(lambda: not living(below))


@pytest.fixture
def newer(place):
    """A copy of HomeBooru with one more migration, as after an update."""
    copy = place / "newer"
    for part in ("homebooru", "migrations"):
        # with what was compiled, which takes seconds, and without what is being written
        shutil.copytree(TOP / part, copy / part, ignore=shutil.ignore_patterns("*.pyc.*"))
    step = copy / "migrations" / "versions" / "9999_more.py"
    step.write_text(
        "from alembic import op\n"
        f'revision, down_revision = "9999", "{head_revision()}"\n'
        "branch_labels = depends_on = None\n"
        'def upgrade():\n    op.execute("create table more (id int)")\n'
    )
    return copy


def test_an_update_waits_until_the_older_gallery_is_stopped(serve, pictures, place, newer):
    gallery = serve()
    address = gallery.address()
    commands = [("library", "list"), ("serve", str(pictures))]
    refused = [run(gallery.data, *command, cwd=newer) for command in commands]
    for process in refused:
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1, out
        assert f"a gallery still runs on it, at {address}/. Stop it first" in out
    assert gallery.ask("select version_num from alembic_version") == head_revision()
    assert gallery.get("/health")[0] == 200
    assert gallery.stop() == 0

    process = run(gallery.data, "db", "upgrade", cwd=newer)
    out, _ = process.communicate(timeout=PATIENCE)
    assert "The database is up to date (revision 9999)" in out
    assert len(list((gallery.data / "backups").iterdir())) == 1


def test_ctrl_c_ends_a_gallery_in_good_order(serve, pictures):
    gallery = serve(pictures)
    gallery.address()
    press_ctrl_c(gallery.process)
    assert gallery.process.wait(PATIENCE) == 0
    assert gallery.said().endswith("Stopping.\n")
    assert "Traceback" not in gallery.said()


def test_ctrl_c_is_heard_while_a_dead_database_takes_long_to_start_again(serve):
    gallery = serve()
    gallery.address()
    until(lambda: gallery.child("worker"), PATIENCE)
    until(lambda: gallery.ask("select count(*) from worker") == 1, PATIENCE)
    below = descendants(gallery.process.pid)
    database = gallery.data / "database"
    with (database / "start.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as whoever starts it holds it until it answers
        server = int((database / "pgdata" / "postmaster.pid").read_text().split()[0])
        os.kill(server, signal.SIGKILL)
        until(lambda: not living([server]), PATIENCE)
        press_ctrl_c(gallery.process)
        until(lambda: not living(below), PATIENCE)
    assert gallery.process.wait(PATIENCE) == 0
    assert "Stopping.\n" in gallery.said()


def test_pages_that_are_served_alone_keep_nobody_waiting_and_end_in_good_order(place):
    port, data = free_port(), place / "data"
    process = run(data, "web", "--port", str(port), HOMEBOORU_ANSWER_SECONDS="1")

    def answers():
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", port)) == 0

    until(answers, PATIENCE)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=30) as answer:
        assert answer.status == 200
    with psycopg.connect(EmbeddedPostgres(data / "database").url) as other:
        other.execute("lock table post in access exclusive mode")
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/posts/1", timeout=30)
        with caught.value as refused:
            assert b"took too long and was given up" in refused.read()
    press_ctrl_c(process)
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Traceback" not in out


def test_a_terminal_is_told_in_plain_sentences(place, pictures):
    try:
        terminal, its_end = pty.openpty()
    except OSError as error:
        pytest.skip(f"no terminal can be made here: {error}")
    os.set_blocking(terminal, False)
    process = run(place / "data", "serve", "--port", "0", str(pictures), stdout=its_end)
    os.close(its_end)
    said = ""

    def is_read():
        nonlocal said
        said += drained(terminal)
        return "Everything is read." in said

    until(is_read, PATIENCE)
    press_ctrl_c(process)
    assert process.wait(PATIENCE) == 0
    said += drained(terminal)
    os.close(terminal)
    lines = [line.rpartition("\x1b[K")[2] for line in said.split("\r\n")]
    assert re.fullmatch(r"HomeBooru is at http://\S+/ \(stop it with Ctrl-C\)\.", lines[0])
    assert set(lines[1:]) == {"Everything is read.", "Stopping.", ""}


@pytest.mark.parametrize("command", ["serve", "web"])
def test_a_taken_port_is_told_with_advice(place, command):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = run(place / "data", command, "--port", str(port))
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in out
    assert f"HOMEBOORU_PORT={port + 1}" in out


def test_a_command_does_the_work_itself_when_told_to_wait(place, pictures):
    process = run(place / "data", "library", "add", "--wait", "--json", str(pictures))
    out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, out
    process = run(place / "data", "search", "--json", "")
    out, _ = process.communicate(timeout=PATIENCE)
    assert json.loads(out)["count"] == 3
