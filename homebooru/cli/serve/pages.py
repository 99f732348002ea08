"""The web server: gunicorn, told what to do by us instead of by a file."""

from __future__ import annotations

import gc
import signal
import time
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from homebooru.cli.serve.parents import die_with_parent
from homebooru.cli.serve.sharing import Courtesy, Shares
from homebooru.web import create_app
from homebooru.wiring import Deps

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask

PROCESSES = 2
THREADS = 4
MADE_BETWEEN = 20_000  # objects, a few pages' worth, between two looks for waste
GRACE = 5  # seconds that requests at hand get to finish at a shutdown


SHARES = Shares()
A_MOMENT = 0.001  # seconds until whoever has fewer connections has taken a new one


class PageWorker(ThreadWorker):  # type: ignore[misc]
    """Ends in good order at Ctrl-C too, which reaches every process of a terminal.

    It has no more connections than other processes.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._courtesy = Courtesy(SHARES)

    def notify(self) -> None:
        super().notify()
        SHARES.note(self.age, self.nr_conns)

    def accept(self, listener: object) -> None:
        if self._courtesy.leaves(self.age):
            time.sleep(A_MOMENT)
            return
        super().accept(listener)
        SHARES.note(self.age, self.nr_conns)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        self.handle_exit(sig, frame)


class Pages(BaseApplication):  # type: ignore[misc]
    """The application is made before the fork; its processes share what it loaded."""

    def __init__(self, deps: Deps, bind: str) -> None:
        self._deps = deps
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": PROCESSES,
            "worker_class": PageWorker,
            "threads": THREADS,
            "preload_app": True,
            "graceful_timeout": GRACE,
            "limit_request_line": 8190,  # searches travel in the address
            "forwarded_allow_ips": "",  # which proxies count is our own setting
            "control_socket_disable": True,
            "loglevel": _level(self._deps.settings.log_level),
            "post_fork": self._after_fork,
            "child_exit": lambda _arbiter, worker: SHARES.forget(worker.age),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = create_app(self._deps)
        gc.freeze()  # what is here now stays: looking for waste in it would unshare its memory
        gc.set_threshold(MADE_BETWEEN)
        return app

    def _after_fork(self, _arbiter: object, _worker: object) -> None:
        # Until the worker sets its own, it has the arbiter's handler, which would lose the signal.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        die_with_parent()
        self._deps.finder.start()


def _level(level: str) -> str:
    """Return gunicorn's level: what is news to it is a detail to us."""
    return "warning" if level == "info" else level
