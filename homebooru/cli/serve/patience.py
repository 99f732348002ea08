"""Keeps slow visitors from holding threads: a request gets one when it has arrived.

A process has few threads, and gunicorn gives one to each connection for as long as that sends, or
takes what it is sent. So a handful of connections that send a letter now and then would stop the
pages for everybody. Here they wait beside the threads, for a while, and then are closed.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import TConn  # type: ignore[import-untyped]

ARRIVAL = 15.0  # seconds that a request may take to arrive
LINGER = 2.0  # seconds that a visitor gets to read the end of the last answer
STALL = 30  # seconds in which nothing of an answer is taken, or nothing of a large body sent
SLOWEST = 16_384  # bytes of a large body that have to come in each second beyond ARRIVAL
SMALL_BODY = 64 << 10  # bytes that are waited for beside the threads; a thread reads what is larger
LARGEST_HEAD = 64 << 10
AHEAD = 512 << 10  # bytes of an answer that the kernel keeps, so that pages go out at once
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
ASKS_FIRST = re.compile(rb"\r\nexpect:", re.IGNORECASE)  # sends no body before it is told to


def missing(seen: bytes) -> int:
    """Return how many bytes a request lacks at least, of which so much was seen; 0 for none."""
    head = seen.find(HEAD_END)
    if head < 0:
        return 0 if len(seen) >= LARGEST_HEAD else 1
    fields = seen[: head + len(HEAD_END)]
    length = LENGTH.search(fields)
    if length is None or int(length[1]) > SMALL_BODY or ASKS_FIRST.search(fields):
        return 0
    return max(0, len(fields) + int(length[1]) - len(seen))


class Visitor(TConn):  # type: ignore[misc]
    """A connection that waits for its thread; `linger` keeps it until its end was read."""

    def __init__(self, *args: Any, linger: Callable[[Visitor], None]) -> None:
        super().__init__(*args)
        self._linger = linger
        self.since = time.monotonic()
        self.taken = 0
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, AHEAD)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALL, 0))

    def init(self) -> None:
        if not self.initialized:
            super().init()
            self.parser.unreader = Paced(self)

    def begin(self) -> None:
        """Note that a request begins to arrive, or that a thread begins to read it."""
        self.since, self.taken = time.monotonic(), 0

    def has_arrived(self) -> bool:
        """Tell whether a thread can read a request without waiting, or find the visitor gone.

        Where it cannot, the kernel is told how much has to come before another look is worth it.
        """
        if self.initialized and self.parser.unreader.buf.getvalue():
            return True  # it was read ahead, behind the last one
        lacks, seen = 1, b""
        try:
            seen = self.sock.recv(LARGEST_HEAD + SMALL_BODY, socket.MSG_PEEK | socket.MSG_DONTWAIT)
            lacks = missing(seen) if seen else 0
        except BlockingIOError:
            pass
        except OSError:
            return True
        with suppress(OSError):
            self.sock.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVLOWAT, len(seen) + lacks if lacks else 1
            )
        return not lacks

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 (gunicorn's)
        """Hang up: where it is to be `graceful`, once the visitor has read the end, or is slow."""
        if graceful and self._stops_sending() and not self.is_left():
            self._linger(self)
        else:
            super().close()

    def is_left(self) -> bool:
        """Tell whether the visitor has hung up; what they went on sending is dropped."""
        try:
            return not self.sock.recv(SMALL_BODY, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _stops_sending(self) -> bool:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


class Paced(SocketUnreader):  # type: ignore[misc]
    """Reads from a visitor, who has to keep up a pace."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(visitor.sock)
        self._visitor = visitor

    def chunk(self, size_hint: int | None = None) -> bytes:
        end = self._visitor.since + ARRIVAL + self._visitor.taken / SLOWEST
        before = self.sock.gettimeout()
        patience = min(end - time.monotonic(), STALL if before is None else before)
        self.sock.settimeout(max(0.001, patience))
        try:
            data: bytes = super().chunk(size_hint)
        finally:
            self.sock.settimeout(before)
        self._visitor.taken += len(data)
        return data
