"""Services on loopback: real HTTP servers that answer by the contracts, and can misbehave."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

CHALLENGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body>'
    "<script>window._cf_chl_opt={cType:'managed'};</script></body></html>"
)


@dataclass(frozen=True)
class Asked:
    """A request as it came in, and when; `form` and `files` are what was sent with it."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]
    at: float
    form: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """What is sent back: JSON, or a text as it is."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "application/json; charset=utf-8"

    def encoded(self):
        if isinstance(self.body, bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return text.encode()


def limited(**headers):
    """Refuse for now, with headers such as `Retry_After="90"`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"success": False, "message": "That is too fast."}, 429, named)


def down(status=503):
    return Reply({"success": False, "message": "Out of order."}, status)


def page(status=403):
    """Show a page for people, as what stands before a site may do instead of passing us on."""
    return Reply(CHALLENGE, status, kind="text/html; charset=UTF-8")


def redirected(place):
    return Reply("", 302, {"Location": place})


CHANGED = Reply({"result": "something quite different", "items": 3})
HANG, CUT, HALF, HUGE = "hang", "cut", "half", "huge"
BAD_DAYS = (limited(Retry_After="1"), down(500), down(503), page(403), page(200), CUT, HALF)


class FakeService:
    """A server that answers as `answer` says, unless trouble is in store.

    Each trouble (a Reply, or HANG, CUT, HALF, HUGE) spoils one request. It takes any free port
    unless it is told one.
    """

    port = 0

    def __init__(self):
        self.asked = []
        self.failed = 0
        self.troubles = deque()
        self._chance = None
        self._share = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()

    def __enter__(self):
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # or each answer waits 40 ms for the last

            def do_GET(self):
                service.serve(self)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  (named by http.server)

            def log_message(self, *_):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def trouble(self, *troubles):
        self.troubles.extend(troubles)

    def fail_at_random(self, share, seed=1, days=BAD_DAYS):
        """Spoil a share of all requests from now on."""
        self._chance, self._share, self._days = random.Random(seed), share, days

    def serve(self, handler):
        parts = urlsplit(handler.path)
        params = {name: values[-1] for name, values in parse_qs(parts.query, True).items()}
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        sent = parts_of(headers.get("content-type", ""), body)
        asked = Asked(parts.path, params, headers, time.monotonic(), *sent, handler.command, body)
        self.receive(asked)
        with self._lock:
            self.asked.append(asked)
            trouble = self._next_trouble(asked)
            self.failed += trouble is not None
            reply = self.reply(asked, trouble)
        with suppress(OSError):  # who asked may be gone
            self._send(handler, reply, trouble)

    def receive(self, asked):
        """Do what comes before all else, while others may be answered."""

    def reply(self, asked, _trouble):
        """Return the answer, which a trouble may spoil yet."""
        return self.answer(asked)

    def _next_trouble(self, _asked):
        if self.troubles:
            return self.troubles.popleft()
        if self._chance and self._chance.random() < self._share:
            return self._chance.choice(self._days)
        return None

    def answer(self, asked):
        raise NotImplementedError

    def _send(self, handler, reply, trouble):
        if isinstance(trouble, Reply):
            reply, trouble = trouble, None
        if trouble == HANG:
            self._over.wait(60)
            handler.close_connection = True
            return
        body = reply.encoded()
        if trouble == HALF:
            body = body[: len(body) // 2]
        if trouble == HUGE:
            body = b"[" + b" " * (1 << 20) + b"]"
        handler.send_response(reply.status)
        handler.send_header("Content-Type", reply.kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if trouble == CUT:
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        handler.wfile.write(body)


def parts_of(kind, body):
    """Return the fields and the files of a form, as browsers send it, with or without a file."""
    form, files = {}, {}
    if kind.startswith("application/x-www-form-urlencoded"):
        form = parse_qs(body.decode(), keep_blank_values=True)
    if kind.startswith("multipart/form-data"):
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        for part in whole.get_payload():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename():
                files[name] = content
            else:
                form.setdefault(name, []).append(content.decode())
    return form, files
