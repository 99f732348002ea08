"""A model in a process of its own: begun when it is needed, ended when it is idle, worn or stuck."""

from __future__ import annotations

import logging
import pickle
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from homebooru.errors import HomeBooruError, ModelUnusable
from homebooru.inference.asking import Loaded
from homebooru.inference.holding import LOOKS_ROUND, held, is_wanted
from homebooru.phrases import joined, phrase
from homebooru.processes.child import Answer
from homebooru.processes.parent import Child, ChildDied

T = TypeVar("T")

ATTEMPTS = 3  # a process may be killed for another's sake
LOOKS = 5000  # that a process takes before another one follows it
SETTLED = 3  # looks after which a process holds about what it needs
GROWN, SPARE_MB = 1.5, 512  # how much more than that it may come to hold
NO_LIMIT = 0  # of address space: devices map much more than they use
LOAD_SECONDS = 600.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that one look may take, and that an idle model stays in memory."""

    look: float = 300.0
    idle: float = 300.0


@dataclass(slots=True)
class _Running:
    """A child that has loaded the model, and what it held once it had settled."""

    child: Child
    loaded: Loaded
    leaving: ExitStack
    settled_mb: int = 0
    looks: int = 0

    @property
    def is_fit(self) -> bool:
        """Whether it may take another look."""
        if not self.child.alive or self.looks >= LOOKS:
            return False
        if self.looks < SETTLED:
            return True
        held = self.child.holds_mb()
        self.settled_mb = self.settled_mb or held
        return held <= self.settled_mb * GROWN + SPARE_MB


@dataclass(slots=True)
class _Task:
    """Something that the thread of the model does, and where its outcome is awaited."""

    act: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)


class ModelProcess:
    """Anybody may ask, from any thread; one thread of its own talks to the process.

    While the model is in memory its file is held, so that a machine has it but once, unless
    `is_shared`; a process that waits for it gets it once it is idle. `load` is called with `given` in the process, as is everything that is asked for.
    """

    def __init__(
        self,
        name: str,
        file: Path,
        load: Callable[..., Loaded],
        given: tuple[Any, ...],
        patience: Patience,
        *,
        is_shared: bool = False,
    ) -> None:
        self.name = name
        self._file, self._load, self._given, self._patience = file, load, given, patience
        self._is_shared = is_shared
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._child: Child | None = None
        self._running: _Running | None = None

    @property
    def pid(self) -> int | None:
        """Return the process that holds the model now, if any does."""
        child = self._child
        return child.pid if child else None

    def begin(self) -> Future[Loaded]:
        """Have the model in memory."""
        return self._submit(lambda: self._patiently(lambda running: running.loaded))

    def ask(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Let the process answer; the future raises ModelUnusable or ModelBusy where it cannot."""
        call = self._call(function, *arguments)
        return self._submit(lambda: self._patiently(lambda running: self._ask(running, call)))

    def close(self) -> None:
        """End the process for good; what waits for it is cancelled."""
        with self._lock:
            self._closed = True
            thread = self._thread
            if self._child:
                self._child.kill()
        self._tasks.put(None)
        if thread:
            thread.join()

    def _submit(self, act: Callable[[], T]) -> Future[T]:
        task = _Task(act)
        with self._lock:
            if self._closed:
                task.future.cancel()
                return task.future
            self._tasks.put(task)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._serve, name=f"model-{self.name}", daemon=True
                )
                self._thread.start()
        return task.future

    def _serve(self) -> None:
        while task := self._next():
            if self._closed:
                task.future.cancel()
            elif task.future.set_running_or_notify_cancel():
                _settle(task)
        self._end()

    def _next(self) -> _Task | None:
        """Wait for a task; a model that is idle for long, or that others wait for, goes meanwhile."""
        idle_until = time.monotonic() + self._patience.idle
        while self._running:
            left = idle_until - time.monotonic()
            try:
                return self._tasks.get(timeout=max(0.0, min(left, LOOKS_ROUND)))
            except queue.Empty:
                if left <= LOOKS_ROUND or (not self._is_shared and is_wanted(self._file)):
                    self._end()
        return self._tasks.get()

    def _patiently(self, use: Callable[[_Running], T]) -> T:
        """Use a process that has the model; where it dies or hangs, another, and yet another."""
        deaths: list[str] = []
        while len(deaths) < ATTEMPTS:
            try:
                return use(self._fit())
            except ChildDied as death:
                deaths.append(str(death))
            except TimeoutError:
                deaths.append(phrase("being stuck"))
            except HomeBooruError:
                self._end()
                raise
            self._end()
            if self._closed:
                raise CancelledError
            log.warning("The model %s died of %s.", self.name, deaths[-1])
        raise ModelUnusable(
            phrase(
                "The model {name} made {attempts} processes die, of {deaths}. Fewer pictures at "
                "once (HOMEBOORU_TAGGER_BATCH) take less memory.",
                name=self.name,
                attempts=ATTEMPTS,
                deaths=joined(deaths, ", "),
            )
        )

    def _ask(self, running: _Running, call: bytes) -> Any:
        running.looks += 1
        return self._value(running.child.ask(call, self._patience.look))

    def _fit(self) -> _Running:
        """Return the process that has the model, or a new one where that is worn or gone."""
        if self._running and self._running.is_fit:
            return self._running
        self._end()
        with ExitStack() as leaving:
            if not self._is_shared:
                leaving.enter_context(held(self._file, self.name))
            child = self._start()
            leaving.callback(self._bury, child)
            child.greet()
            loaded = self._value(child.ask(self._call(self._load), LOAD_SECONDS))
            self._running = _Running(child, loaded, leaving.pop_all())
        log.info("The model %s is loaded (%s)", self.name, loaded.device)
        return self._running

    def _start(self) -> Child:
        with self._lock:
            if self._closed:
                raise CancelledError
            self._child = Child(NO_LIMIT, {})
            return self._child

    def _bury(self, child: Child) -> None:
        child.end()
        with self._lock:
            self._child = None

    def _end(self) -> None:
        """Give the memory of the model back, if any is held."""
        running, self._running = self._running, None
        if running:
            running.leaving.close()
            log.info("The model %s is let go of", self.name)

    def _call(self, function: Callable[..., Any], *arguments: Any) -> bytes:
        return pickle.dumps((function, (*self._given, *arguments)))

    def _value(self, answer: Answer) -> Any:
        """Return what the process answered; raises ModelUnusable where it failed."""
        if answer.error:
            raise answer.error
        if answer.failure is None and not answer.out_of_memory:
            return answer.value
        log.error("The model %s failed:\n%s", self.name, answer.failure)
        last = (answer.failure or "MemoryError").strip().splitlines()[-1]
        raise ModelUnusable(phrase("The model {name} failed: {last}", name=self.name, last=last))


def _settle(task: _Task) -> None:
    try:
        task.future.set_result(task.act())
    except BaseException as error:  # noqa: BLE001 (whoever waits for it shall hear of it)
        task.future.set_exception(error)
