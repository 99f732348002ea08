"""The service as it is shipped: its units are sound and run as they say, and nginx passes all on."""

import gzip
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import pytest

from homebooru.cli.serve.pages import PROCESSES
from tests import corpus
from tests.processes import command_of, descendants
from tests.shipped import PATIENCE, Service, install, read_unit
from tests.waiting import until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="there is systemd on Linux alone"),
]

UNITS = "etc/systemd/system"
PICTURE = corpus.png(600, 400, seed=3)
PASSWORD = "correct horse battery"


@pytest.fixture
def place(run_folder):
    """A folder that the database's user and nginx reach."""
    folder = Path(mkdtemp(dir=run_folder))
    folder.chmod(0o755)
    (folder / "pictures").mkdir()
    (folder / "pictures" / "a picture & more.png").write_bytes(PICTURE)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def service(place):
    install(place / "root", "--host", "mybox.local")
    service = Service(place / "root", place)
    yield service
    for name in list(service.running):
        service.stop(name)


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    install(tmp_path, "--write", "/srv/my pictures", "--write", "/srv/more")
    units = sorted((tmp_path / UNITS).glob("homebooru*.*"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *(unit for unit in units if unit.is_file())],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    for unit in tmp_path.glob(f"{UNITS}/*.service"):
        told = read_unit(unit)["Service"]
        assert (told["Restart"], told["RestartSec"]) == ("on-failure", "10")
        assert (told["ProtectSystem"], told["ProtectHome"]) == ("strict", "read-only")
    for unit in ("web", "worker"):
        beside = tmp_path / UNITS / f"homebooru-{unit}.service.d/folders.conf"
        assert beside.read_text().splitlines() == [
            "[Service]",
            'ReadWritePaths="-/srv/my pictures"',
            'ReadWritePaths="-/srv/more"',
        ]


def test_what_is_installed_twice_is_as_installed_once_and_keeps_the_settings(tmp_path):
    install(tmp_path, "--host", "one.local", "--write", "/srv/more")
    settings = tmp_path / "etc/homebooru/homebooru.env"
    settings.write_text(
        settings.read_text().replace("=5000", "=5005") + "HOMEBOORU_LOG_LEVEL=debug\n"
    )
    install(tmp_path, "--host", "two.local", "--write", "/srv/more")
    assert "HOMEBOORU_ALLOWED_HOSTS=one.local,two.local\n" in settings.read_text()
    assert settings.read_text().endswith("HOMEBOORU_LOG_LEVEL=debug\n")
    site = tmp_path / "etc/nginx/sites-available/homebooru.conf"
    assert "server 127.0.0.1:5005;" in site.read_text()
    secured = site.read_text().replace("listen 80;", "listen 443 ssl http2;")
    site.write_text(secured)
    install(tmp_path)
    assert site.read_text() == secured
    beside = tmp_path / UNITS / "homebooru-web.service.d/folders.conf"
    assert beside.read_text().count("ReadWritePaths") == 1
    install(tmp_path, "--remove")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == [settings]


def test_everything_comes_through_nginx_and_reloading_fails_no_request(service, place):
    for unit in ("database", "web", "worker"):
        service.start(unit)
    service.start_nginx()
    until(service.answers, PATIENCE)
    assert service.ask("/posts")[0] == 403  # nobody has an account yet
    service.run("user", "add", "owner", "--password-stdin", said=PASSWORD)
    key = service.run("key", "add", "test", "--user", "owner", "--scope", "admin").split()[-1]
    service.run("library", "add", str(place / "pictures"), "--wait")
    bearer = {"Authorization": f"Bearer {key}"}

    status, headers, page = service.ask("/posts", **bearer, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    thumbnail = re.search(r"/media/\w{64}-360.webp", gzip.decompress(page).decode())[0]
    status, headers, picture = service.ask(thumbnail, **bearer)
    assert (status, headers["Content-Type"], picture[8:12]) == (200, "image/webp", b"WEBP")
    assert "immutable" in headers["Cache-Control"]
    assert re.fullmatch(r'"[0-9a-f]+-[0-9a-f]+"', headers["ETag"])  # as nginx makes them
    assert service.ask(thumbnail)[0] == 303  # to the login
    assert service.ask(f"/_files{quote(str(place))}/pictures/", **bearer)[0] == 404

    status, headers, part = service.ask("/posts/1/file", Range="bytes=10-29", **bearer)
    assert (status, part) == (206, PICTURE[10:30])
    assert service.ask("/posts/1/file", Range="bytes=0-0,2-2", **bearer)[::2] == (200, PICTURE)
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("inline")

    body, kind = as_form("picture", "asked.png", PICTURE)
    status, _, told = service.ask(
        "/api/similar", method="POST", body=body, **{"Content-Type": kind}, **bearer
    )
    assert (status, [one["id"] for one in json.loads(told)["same"]]) == (200, [1])

    watch_a_job(service, place / "pictures", bearer)
    too_much = {"Content-Length": str(101 * 2**20), **bearer}
    assert service.ask("/api/posts", method="POST", **too_much)[0] == 413
    assert service.ask("/api/system/status", source="127.0.0.2", **bearer)[0] == 403

    with slow_visitors(service.inner):
        assert [service.ask("/posts", **bearer)[0] for _ in range(5)] == [200] * 5
    reload_while_asked(service, bearer)
    assert [service.stop(name) for name in ("nginx", "worker", "web", "database")] == [0] * 4


def as_form(field, name, content):
    """Return a file as forms send it, and what that is called."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


def watch_a_job(service, folder, bearer):
    """Let more pictures come, and look on while they are read."""
    for seed in range(60):
        (folder / f"{seed}.png").write_bytes(corpus.png(600, 400, seed=seed))
    assert service.ask("/api/system/scan", method="POST", **bearer)[0] == 202

    def look():
        status, _, seen = service.ask("/system", **bearer, **{"X-Fragment": "1"})
        assert (status, b"<html" in seen) == (200, False)
        return seen

    until(lambda: b"<progress" in look(), PATIENCE)
    until(lambda: b"<progress" not in look(), PATIENCE)


# A process has four threads. Each of these would hold one, or its main loop, for as long as it likes.
SLOW = (
    b"",
    b"GET /health HTT",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nname=",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\nname=",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nn",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\n",
    b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n",  # and never hangs up
)


@contextmanager
def slow_visitors(port, number=60):
    """Let many come straight to the pages, begin to say something, and stay."""
    with ExitStack() as leaving:
        for count in range(number):
            visitor = leaving.enter_context(socket.create_connection(("127.0.0.1", port)))
            visitor.sendall(SLOW[count % len(SLOW)])
        yield


def reload_while_asked(service, bearer):
    """Let the pages start anew, as `systemctl reload` does, while others go on reading."""
    answers, enough = [], threading.Event()

    def read_on():
        while not enough.is_set():
            answers.append(service.ask("/posts?tags=", **bearer)[0])

    arbiter = service.running["web"].pid
    before = set(page_workers(arbiter))
    readers = [threading.Thread(target=read_on) for _ in range(3)]
    for reader in readers:
        reader.start()
    until(lambda: len(answers) > 20, PATIENCE)
    service.reload("web")
    until(lambda: is_renewed(before, page_workers(arbiter)), PATIENCE)
    seen = len(answers)
    until(lambda: len(answers) > seen + 20, PATIENCE)
    enough.set()
    for reader in readers:
        reader.join()
    assert set(answers) == {200}


def page_workers(arbiter):
    return [pid for pid in descendants(arbiter) if "homebooru web" in command_of(pid)]


def is_renewed(before, now):
    return len(now) == PROCESSES and before.isdisjoint(now)
