"""The web server: gunicorn, told what to do by us instead of by a file."""

from __future__ import annotations

import gc
import selectors
import signal
import socket
import time
from collections import deque
from errno import ECONNRESET
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

from homebooru.cli.serve.parents import die_with_parent
from homebooru.cli.serve.patience import ARRIVAL, LINGER, Visitor
from homebooru.cli.serve.rehearsing import rehearse
from homebooru.cli.serve.sharing import Courtesy, Shares
from homebooru.web import create_app
from homebooru.wiring import Deps

if TYPE_CHECKING:
    from types import FrameType

    from flask import Flask
    from gunicorn.http.message import Request  # type: ignore[import-untyped]

PROCESSES = 2
THREADS = 4
CONNECTIONS = 400  # of a process; with what else is open, below the usual limit of 1024 files
MADE_BETWEEN = 20_000  # objects, a few pages' worth, between two looks for waste
GRACE = 5  # seconds that requests at hand get to finish at a shutdown


SHARES = Shares()
A_MOMENT = 0.001  # seconds until whoever has fewer connections has taken a new one


class PageWorker(ThreadWorker):  # type: ignore[misc]
    """Ends in good order at Ctrl-C too, which reaches every process of a terminal.

    It has no more connections than other processes, and no thread waits for a slow visitor.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._courtesy = Courtesy(SHARES)
        self._lingering: deque[tuple[float, Visitor]] = deque()

    def notify(self) -> None:
        super().notify()
        SHARES.note(self.age, self.nr_conns)

    def accept(self, listener: socket.socket) -> None:
        if self._courtesy.leaves(self.age):
            time.sleep(A_MOMENT)
            return
        try:
            ours, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        self.enqueue_req(
            Visitor(self.cfg, ours, address, listener.getsockname(), linger=self._linger)
        )
        SHARES.note(self.age, self.nr_conns)

    def on_client_socket_readable(self, conn: Visitor, client: socket.socket) -> None:
        conn.begin()
        super().on_client_socket_readable(conn, client)

    def enqueue_req(self, conn: Visitor) -> None:
        """Give a request a thread, once it has arrived."""
        if conn.has_arrived():
            conn.begin()
            conn.data_ready = True
            super().enqueue_req(conn)
            return
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def murder_pending(self) -> None:
        """Close those of whom no whole request came, and those that had time to read the end."""
        now, patience = time.monotonic(), ARRIVAL if self.alive else LINGER
        for conn in [each for each in self.pending_conns if each.since + patience <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()
        kept: deque[tuple[float, Visitor]] = deque()
        for end, conn in self._lingering:
            if end > now and not conn.is_left():
                kept.append((end, conn))
            else:
                conn.close()
        self._lingering = kept

    def handle_request(self, req: Request, conn: Visitor) -> bool:
        """Answer a request; whoever stopped taking the answer counts as gone."""
        try:
            return bool(super().handle_request(req, conn))
        except (BlockingIOError, TimeoutError) as error:
            raise ConnectionResetError(ECONNRESET, "The visitor is too slow.") from error

    def _keepalive_after(self, conn: Visitor, keepalive: bool) -> bool:  # noqa: FBT001 (gunicorn's)
        """Tell whether another request may come; nobody waits for the rest of an unread body."""
        return keepalive and bool(conn.parser.finish_body(deadline=time.monotonic() + A_MOMENT))

    def _linger(self, conn: Visitor) -> None:
        if len(self._lingering) == CONNECTIONS:
            self._lingering.popleft()[1].close()
        self._lingering.append((time.monotonic() + LINGER, conn))

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
            "worker_connections": CONNECTIONS,
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
        rehearse(app, self._deps)
        gc.collect()
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
