"""Runs functions in child processes under limits, each of which can die alone.

Every child has a thread of its own here, which starts it, hands it one task at a time, and
buries it. So nothing is shared between children that a dying one could leave locked, a death
costs nothing but its own task, and the kernel's promise to kill a child with its parent (which
really is one to kill it with the *thread* that started it) holds.
"""

from __future__ import annotations

import logging
import pickle
import queue
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from homebooru.errors import Unreadable
from homebooru.phrases import joined, phrase
from homebooru.processes.child import Answer
from homebooru.processes.parent import Child, ChildDied, Limits

T = TypeVar("T")

TASKS_PER_CHILD = 200  # decoders leak; a child that does not hold much may go on longer
MUCH = 8  # parts of the memory that a task may take, of which a resting child holds one
ATTEMPTS = 3  # a child may be killed for another's sake; a file that kills three is to blame
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Keep up to 256 MB for the next picture. Getting fresh pages from the kernel for every one
    # took a third of the time of a large WebP.
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do in a child, and where its outcome is awaited."""

    call: bytes
    future: Future[Any]


class ChildPool:
    """A number of children that work side by side."""

    def __init__(self, processes: int, limits: Limits) -> None:
        self._limits = limits
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._children: set[Child] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"reader-{number}", daemon=True)
            for number in range(processes)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Have `function`, which stands at the top of a module, run in a child.

        The future raises Unreadable where the child died of it, took too long or too much
        memory; other errors of ours pass; CancelledError where the pool is closed meanwhile.
        """
        future: Future[T] = Future()
        task = Task(pickle.dumps((function, arguments)), future)
        with self._lock:
            if self._closed:
                future.cancel()
            else:
                self._tasks.put(task)
        return future

    def pids(self) -> list[int]:
        """Return the process ids of the children there are now."""
        with self._lock:
            return [child.pid for child in self._children]

    def close(self) -> None:
        """Drop what waits, kill what runs, and leave no process behind."""
        with self._lock:
            self._closed = True
            with suppress(queue.Empty):
                while task := self._tasks.get_nowait():
                    task.future.cancel()
            for _ in self._threads:
                self._tasks.put(None)
            for child in self._children:
                child.kill()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        child: Child | None = None
        while task := self._tasks.get():
            if task.future.set_running_or_notify_cancel():
                child = self._settle(task, child)
        if child:
            self._bury(child)

    def _settle(self, task: Task, child: Child | None) -> Child | None:
        """Bring a task to its end, and return the child that may take the next one."""
        try:
            child, answer = self._try_hard(task.call, child)
        except BaseException as error:  # noqa: BLE001 (whoever waits for the task shall hear of it)
            task.future.set_exception(CancelledError() if self._closed else error)
            return None
        if answer.out_of_memory:
            task.future.set_exception(Unreadable(self._too_large()))
            self._bury(child)  # what it still holds is anybody's guess
            return None
        if answer.failure:
            log.error("A file could not be read for an unknown reason:\n%s", answer.failure)
            last = answer.failure.strip().splitlines()[-1]
            task.future.set_exception(
                Unreadable(phrase("This file could not be read: {last}", last=last))
            )
        elif answer.error:
            task.future.set_exception(answer.error)
        else:
            task.future.set_result(answer.value)
        return child

    def _try_hard(self, call: bytes, child: Child | None) -> tuple[Child, Answer]:
        """Have a child do a task; where it dies, another one, and then yet another."""
        deaths: list[str] = []
        while len(deaths) < ATTEMPTS:
            try:
                child = self._fit(child)
                return child, child.ask(call, self._limits.seconds)
            except ChildDied as death:
                deaths.append(str(death))
                self._mourn(child, deaths)
            except TimeoutError:
                self._mourn(child, ["being too slow"])
                raise Unreadable(self._too_long()) from None
        raise Unreadable(
            phrase(
                "Reading this file made {attempts} processes die, of {deaths}.",
                attempts=ATTEMPTS,
                deaths=joined(deaths, ", "),
            )
        )

    def _mourn(self, child: Child | None, deaths: list[str]) -> None:
        if child:
            self._bury(child)
        if not self._closed:
            log.warning("A process that reads files died of %s.", deaths[-1])

    def _fit(self, child: Child | None) -> Child:
        """Return a child that can take a task: this one, if it is fit, or a new one."""
        if child and child.alive and not self._is_worn(child):
            return child
        if child:
            self._bury(child)
        with self._lock:
            if self._closed:
                raise CancelledError
            child = Child(self._limits.memory_mb, ENVIRONMENT)
            self._children.add(child)
        try:
            child.greet()
        except BaseException:
            self._bury(child)
            raise
        return child

    def _is_worn(self, child: Child) -> bool:
        if child.tasks < TASKS_PER_CHILD:
            return False
        return child.holds_mb() > self._limits.memory_mb // MUCH

    def _bury(self, child: Child) -> None:
        child.end()
        with self._lock:
            self._children.discard(child)

    def _too_long(self) -> str:
        return phrase(
            "Reading this file took longer than {seconds:g} seconds, so it was given up. "
            "HOMEBOORU_PICTURE_SECONDS sets the limit.",
            seconds=self._limits.seconds,
        )

    def _too_large(self) -> str:
        return phrase(
            "Reading this file takes more than {memory_mb} MB of memory, so it was given up. "
            "HOMEBOORU_PICTURE_MEMORY sets the limit.",
            memory_mb=self._limits.memory_mb,
        )
