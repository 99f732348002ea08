"""The running gallery: children that are looked after, and what the terminal shows."""

from __future__ import annotations

import http.client
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from homebooru.cli.bars import Bar, job_text
from homebooru.cli.serve.children import Child
from homebooru.db.queue import Work
from homebooru.domain.jobs import JobState, JobView
from homebooru.errors import InLibraryAlready
from homebooru.services.jobs import list_jobs
from homebooru.services.library.roots import add_root
from homebooru.wiring import Deps

BREATH = 0.25  # seconds between two looks at the children
LOOK = 1.0  # seconds between two looks at the jobs while one runs
REST = 2.0  # seconds between two looks while none does
PAGES_FIRST = 5.0  # seconds that the pages may start alone, for whoever waits to see them
ANSWER_SECONDS = 60.0  # for the web server to answer once it has taken our call


def add_folders(deps: Deps, folders: Sequence[Path]) -> None:
    """Add folders to the library; one that is there already, or lies in one, is fine."""
    for folder in folders:
        try:
            add_root(deps.sessions, folder.absolute(), never=deps.settings.data)
        except InLibraryAlready:
            continue


class Gallery:
    """Runs until a signal; afterwards the children are still there, for the caller to stop."""

    def __init__(self, deps: Deps, children: Sequence[Child], bar: Bar) -> None:
        self._deps = deps
        self._children = children
        self._bar = bar
        self._stopping = threading.Event()
        self._told: set[int] | None = None  # runs that ended and need no more words
        self._resting: set[int] = set()  # runs that wait for room, and were told of
        self._looks_at = 0.0
        self._began = time.monotonic()

    def run(self, place: tuple[str, int], welcome: Callable[[], None]) -> None:
        """Look after everything; `welcome` is called once the pages answer at `place`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._stopping.set())
        answers = threading.Event()
        threading.Thread(target=self._await_answer, args=(*place, answers), daemon=True).start()
        is_told = False
        while not self._stopping.is_set():
            for child in self._children[: None if answers.is_set() or self._is_late() else 1]:
                child.look()
            if answers.is_set() and not is_told:
                is_told = True
                welcome()
            self._show_jobs()
            self._stopping.wait(BREATH)
        self._bar.say("Stopping.")

    def _is_late(self) -> bool:
        return time.monotonic() - self._began > PAGES_FIRST

    def _await_answer(self, host: str, port: int, answers: threading.Event) -> None:
        while not self._stopping.is_set():
            connection = http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
            try:
                connection.request("GET", "/health")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    answers.set()
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            self._stopping.wait(BREATH)

    def _show_jobs(self) -> None:
        now = time.monotonic()
        if now < self._looks_at:
            return
        self._looks_at = now + LOOK
        try:
            jobs = list_jobs(self._deps.sessions, limit=10)
        except DBAPIError:
            return  # the worker brings the database back; here a Ctrl-C is to be heard meanwhile
        self._tell_what_rests(jobs)
        running = [job for job in jobs if job.state is JobState.RUNNING and job.done]
        if running:
            biggest = max(running, key=lambda job: job.total or 0)
            self._bar.show(job_text(biggest), fraction=biggest.fraction)
            return
        self._bar.clear()
        self._tell_what_is_read(jobs)
        if not any(job.state is JobState.RUNNING for job in jobs):
            self._looks_at = now + REST

    def _tell_what_rests(self, jobs: Iterable[JobView]) -> None:
        resting = {job.id: job for job in jobs if job.waits}
        for fresh in resting.keys() - self._resting:
            job = resting[fresh]
            self._bar.say(f"{job.title}: paused, waiting for room. {job.reason}")
        self._resting = set(resting)

    def _tell_what_is_read(self, jobs: Iterable[JobView]) -> None:
        ended = {
            job.id: job.errors
            for job in jobs
            if job.name == Work.FILES and job.state is JobState.DONE
        }
        if self._told is not None and (fresh := ended.keys() - self._told):
            self._bar.say(_read_text(sum(ended[one] for one in fresh)))
        self._told = set(ended)


def _read_text(errors: int) -> str:
    if not errors:
        return "Everything is read."
    files = "1 file" if errors == 1 else f"{errors} files"
    return f"Everything is read, but for {files}; the page System says why."
