"""What `serve` does: one database, one web server, one worker, and a bar while it indexes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from homebooru.cli.bars import Bar, job_text
from homebooru.cli.children import Child, stop_all
from homebooru.cli.singleton import GalleryLock
from homebooru.domain.jobs import JobState
from homebooru.errors import Conflict, HomeBooruError
from homebooru.jobs.reviving import revive_database
from homebooru.services.jobs import list_jobs
from homebooru.services.library.roots import add_root
from homebooru.settings import PREFIX, Settings
from homebooru.wiring import Deps, connect, make_data_folder

BREATH = 0.25  # seconds between two looks at the children
LOOK = 1.0  # seconds between two looks at the jobs
START_SECONDS = 60.0  # for a gallery that is just starting to tell its address
REBIND_SECONDS = 10.0  # for the remains of a killed gallery to leave its port
ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104


def serve_gallery(settings: Settings, folders: Sequence[Path], *, open_browser: bool) -> None:
    """Run everything until SIGINT or SIGTERM; or hand the folders to the gallery that runs."""
    make_data_folder(settings)
    lock = GalleryLock(settings.data)
    if not lock.take():
        _join(settings, folders, lock.wait_for_address(START_SECONDS))
        return
    with ExitStack() as leaving:
        leaving.callback(lock.release)
        listener = _listen(settings, patient=bool(lock.address()))
        leaving.callback(listener.close)
        address = address_of(listener)
        lock.tell(address)
        leaving.callback(lock.tell, "")
        deps = connect(settings)
        leaving.callback(deps.close)
        add_folders(deps, folders)
        Gallery(deps, listener, address, open_browser=open_browser).run()


def add_folders(deps: Deps, folders: Sequence[Path]) -> None:
    """Add folders to the library; one that is there already is fine."""
    for folder in folders:
        try:
            add_root(deps.sessions, folder.absolute())
        except Conflict:
            continue


def address_of(listener: socket.socket) -> str:
    """Return the address for a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ANYWHERE:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class Gallery:
    """The running whole: children that are looked after, and what the terminal shows."""

    def __init__(
        self, deps: Deps, listener: socket.socket, address: str, *, open_browser: bool
    ) -> None:
        self._deps = deps
        self._listener = listener
        self._address = address
        self._open_browser = open_browser
        self._bar = Bar()
        self._stopping = threading.Event()
        self._answers = threading.Event()
        self._was_busy = False
        self._looked_at = 0.0
        self._children = [
            self._child("web server", "web", "--fd", str(listener.fileno())),
            self._child("worker", "worker"),
        ]

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopping.set())
        threading.Thread(target=self._wait_for_answer, daemon=True).start()
        told = False
        try:
            while not self._stopping.is_set():
                for child in self._children:
                    child.look()
                if self._answers.is_set() and not told:
                    told = True
                    self._welcome()
                self._show_jobs()
                self._stopping.wait(BREATH)
        finally:
            self._bar.say("Stopping.")
            stop_all(self._children)

    def _child(self, name: str, *arguments: str) -> Child:
        environment = dict(os.environ)
        if sys.stderr.isatty():
            # A line for each job would tear the bar apart; what is wrong is still told.
            environment.setdefault(PREFIX + "LOG_LEVEL", "warning")
        keep = [self._listener.fileno()] if "--fd" in arguments else []
        return Child(name, arguments, environment=environment, keep=keep, tell=self._bar.say)

    def _wait_for_answer(self) -> None:
        host, port = self._listener.getsockname()[:2]
        target = "127.0.0.1" if host in ANYWHERE else host
        while not self._stopping.is_set():
            try:
                connection = http.client.HTTPConnection(target, port, timeout=START_SECONDS)
                connection.request("GET", "/health")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    self._answers.set()
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(BREATH)

    def _welcome(self) -> None:
        self._bar.clear()
        click.echo(f"HomeBooru is at {self._address} (stop it with Ctrl-C).")
        if self._open_browser:
            webbrowser.open(self._address)

    def _show_jobs(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < LOOK:
            return
        self._looked_at = now
        try:
            jobs = list_jobs(self._deps.sessions, limit=10)
        except DBAPIError:
            self._revive()
            return
        running = [job for job in jobs if job.state is JobState.RUNNING and job.done]
        if running:
            self._was_busy = True
            newest = max(running, key=lambda job: job.total or 0)
            self._bar.show(job_text(newest), fraction=newest.fraction)
        elif self._was_busy:
            self._was_busy = False
            self._bar.say("Everything is read.")

    def _revive(self) -> None:
        try:
            revive_database(self._deps)
        except HomeBooruError as error:
            self._bar.say(str(error))


def _join(settings: Settings, folders: Sequence[Path], address: str) -> None:
    if folders:
        deps = connect(settings)
        try:
            add_folders(deps, folders)
        finally:
            deps.close()
    click.echo(f"A gallery already runs on this data: {address}")


def _listen(settings: Settings, *, patient: bool) -> socket.socket:
    """Return a listening socket. It stays ours, so that a new web server finds the callers."""
    end = time.monotonic() + (REBIND_SECONDS if patient else 0)
    while True:
        try:
            return _bind(settings.host, settings.port)
        except PermissionError as error:
            raise HomeBooruError(
                f"Port {settings.port} is not open to ordinary users. Choose one above 1023: "
                "homebooru serve --port 5000"
            ) from error
        except OSError as error:
            if time.monotonic() > end:
                raise HomeBooruError(
                    f"HomeBooru cannot listen on {settings.host}, port {settings.port}: "
                    f"{error.strerror}. If another program uses that port, choose another one: "
                    f"homebooru serve --port {settings.port % 65535 + 1}"
                ) from error
        time.sleep(BREATH)


def _bind(host: str, port: int) -> socket.socket:
    family, *_, place = socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(place[:2], family=family, backlog=128)
