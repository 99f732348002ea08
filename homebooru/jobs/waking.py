"""The thread that puts jobs into the queue: when called, by the clock, and for what is due."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError

from homebooru.db.engine import Sessions
from homebooru.db.queue import CHANNEL, FOLLOWS, WorkerPresence
from homebooru.errors import HomeBooruError, disk_fault
from homebooru.jobs.declaring import Job
from homebooru.services.working import (
    defer_due,
    defer_following,
    defer_scheduled,
    defer_woken,
    rescue,
)

log = logging.getLogger(__name__)

LISTEN = 0.5  # seconds; how long a stop may go unnoticed
TURN = 2.0  # seconds between two looks at the clock's jobs, and for dead workers
LOOK = 30.0  # seconds between two looks for due rows
LOST = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)
PATIENCE = 5.0  # seconds, the longest wait before the database is tried again


class Waker(threading.Thread):
    """Listens on the connection that is also the worker's sign of life.

    Where the database goes away, `revive` is called and the connection made again.
    """

    def __init__(
        self,
        sessions: Sessions,
        presence: WorkerPresence,
        jobs: Mapping[str, Job],
        revive: Callable[[], object],
    ) -> None:
        super().__init__(name="waker", daemon=True)
        self._sessions = sessions
        self._presence = presence
        self._jobs = jobs
        self._revive = revive
        self._works = [job.work for job in jobs.values() if job.work]
        self._clocked = [name for name, job in jobs.items() if job.every]
        self._waiting: dict[str, float] = {}  # names of called jobs, and when to queue them
        self._asked: set[str] = set()  # those of them that somebody wants, whatever was before
        self._stopping = threading.Event()
        self.connected = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                connection = self._presence.hold()
                connection.execute(f"listen {CHANNEL}")
                self.connected.set()
                failures = 0
                self._listen(connection)
            except LOST as error:
                failures += 1
                log.warning("The database went away: %s", str(error).splitlines()[0])
                self._bring_back(min(PATIENCE, 0.1 * 2**failures))
            except HomeBooruError as error:
                failures += 1
                log.warning("Jobs could not be queued: %s", error)
                self._stopping.wait(min(PATIENCE, 0.1 * 2**failures))
            except Exception:  # whatever it is, a worker without a waker does nothing
                failures += 1
                log.exception("Jobs could not be queued")
                self._stopping.wait(min(PATIENCE, 0.1 * 2**failures))

    def _bring_back(self, patience: float) -> None:
        self.connected.clear()
        self._stopping.wait(patience)
        if self._stopping.is_set():
            return
        try:
            self._revive()
        except (HomeBooruError, OSError) as error:
            fault = disk_fault(error) if isinstance(error, OSError) else error
            log.warning("The database could not be started again: %s", fault or error)
        except Exception:
            log.exception("The database could not be started again")

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        turned = looked = float("-inf")
        while not self._stopping.is_set():
            now = time.monotonic()
            if now - turned >= TURN:
                rescue(self._sessions)
                defer_scheduled(self._sessions, self._clocked)
                turned = now
            if now - looked >= LOOK:
                defer_due(self._sessions, self._works)
                looked = now
            if settled := self._settled():
                defer_woken(self._sessions, settled & self._asked)
                defer_following(self._sessions, settled - self._asked)
                self._asked -= settled
            timeout = max(0.01, min([LISTEN, *(at - now for at in self._waiting.values())]))
            self._hear(connection.notifies(timeout=timeout, stop_after=1))

    def _hear(self, calls: Iterable[psycopg.Notify]) -> None:
        for call in calls:
            if job := self._jobs.get(call.payload.removeprefix(FOLLOWS)):
                self._waiting.setdefault(job.name, time.monotonic() + job.settle)
                if job.name == call.payload:
                    self._asked.add(job.name)

    def _settled(self) -> set[str]:
        now = time.monotonic()
        names = {name for name, at in self._waiting.items() if at <= now}
        for name in names:
            del self._waiting[name]
        return names
