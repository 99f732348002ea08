"""Fetches a file from an address that a person gave, of which nothing is trusted."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse
from socket import SHUT_RDWR, socket
from typing import IO
from urllib.parse import urljoin

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from homebooru.errors import (
    RemoteChanged,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
    TooLarge,
)
from homebooru.http.addresses import Network, OpenNetwork, Place, Rules, judged
from homebooru.http.fetching import CHUNK, Limits, agent
from homebooru.phrases import phrase

LIMITS = Limits(connect=5.0, read=10.0, whole=45.0, size=100 * 1024 * 1024)
MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEAD = 4096  # bytes by which a file is told from what is none of ours


@dataclass(frozen=True, slots=True)
class Strangers:
    """The way to servers that nobody vouches for: no cookie, no password, no proxy, no patience."""

    rules: Rules
    network: Network = OpenNetwork()
    limits: Limits = LIMITS

    def fetch(self, address: str, into: IO[bytes], check: Callable[[bytes], object]) -> str:
        """Write what is at an address into a file; return where it was in the end.

        `check` is shown its beginning, and raises where the rest is not wanted. Raises InvalidInput
        where the address may not be asked, TooLarge, and RemoteErrors.
        """
        end = time.monotonic() + self.limits.whole
        for _ in range(MOST_REDIRECTS + 1):
            place = judged(address, self.rules, self.network)
            with self._asked(place, end) as response:
                if response.status not in REDIRECTS:
                    _check_status(place, response.status)
                    self._copy(place, response, into, check, end)
                    return address
                address = urljoin(place.address, response.headers.get("Location", ""))
        raise RemoteChanged(phrase("{host} sends us on and on.", host=place.host))

    @contextmanager
    def _asked(self, place: Place, end: float) -> Iterator[HTTPResponse]:
        """Ask for a file; however slowly it comes, at the end nothing more is read."""
        connection = _Pinned(place, self.network, self.limits, end)
        try:
            headers = {"Accept": "image/*,video/*;q=0.8", "User-Agent": agent(None)}
            connection.request("GET", place.target, headers=headers)
            with connection.getresponse() as response:
                yield response
        except (OSError, HTTPException, ValueError) as error:
            raise _failure(place, error, is_late=time.monotonic() >= end) from None
        finally:
            connection.leave()

    def _copy(
        self,
        place: Place,
        response: HTTPResponse,
        into: IO[bytes],
        check: Callable[[bytes], object],
        end: float,
    ) -> None:
        size, head, is_checked = 0, b"", False
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > self.limits.size:
                raise TooLarge(
                    phrase(
                        "The file at {host} is larger than {most} MB.",
                        host=place.host,
                        most=self.limits.size >> 20,
                    )
                )
            head += chunk[: HEAD - len(head)]
            if len(head) == HEAD and not is_checked:
                check(head)
                is_checked = True
            into.write(chunk)
        if time.monotonic() >= end:
            raise TimeoutError
        if response.length:
            raise HTTPException
        if not is_checked:
            check(head)
        into.flush()


class _Pinned(HTTPConnection):
    """A connection to the very address that was judged, and cut off once its time is over."""

    def __init__(self, place: Place, network: Network, limits: Limits, end: float) -> None:
        super().__init__(place.host, place.port, timeout=limits.read)
        self._place, self._network, self._limits, self._end = place, network, limits, end
        self._line: socket | None = None
        self._clock: threading.Timer | None = None

    def connect(self) -> None:
        left = max(self._end - time.monotonic(), 0.001)
        sock = self._network.connect(
            self._place.ip, self._place.port, min(self._limits.connect, left)
        )
        self._line = sock.dup()  # ends the connection, whatever is wrapped around it
        self._clock = threading.Timer(left, self._cut)
        self._clock.daemon = True
        self._clock.start()
        sock.settimeout(self._limits.read)
        self.sock = sock
        if self._place.scheme == "https":
            self.sock = _trust().wrap_socket(sock, server_hostname=self._place.host)

    def leave(self) -> None:
        """End the connection, whoever still reads from it."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock.join()
        self._cut()
        self.close()
        if self._line is not None:
            self._line.close()

    def _cut(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(SHUT_RDWR)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


def _check_status(place: Place, status: int) -> None:
    told = {"host": place.host, "status": status}
    if status == 200:
        return
    if status in (404, 410):
        raise RemoteMissing(phrase("There is nothing at this address ({host}).", **told))
    if status in (401, 403):
        raise RemoteRefused(phrase("{host} does not show this to us ({status}).", **told))
    raise RemoteUnavailable(phrase("{host} answers {status}, and with no file.", **told))


def _failure(place: Place, error: Exception, *, is_late: bool) -> RemoteUnavailable:
    if is_late or isinstance(error, TimeoutError):
        return RemoteUnavailable(phrase("{host} took too long to answer.", host=place.host))
    if isinstance(error, ssl.SSLCertVerificationError):
        return RemoteUnavailable(
            phrase("The certificate of {host} is not to be trusted.", host=place.host)
        )
    if isinstance(error, HTTPException):
        return RemoteUnavailable(phrase("The answer of {host} broke off.", host=place.host))
    return RemoteUnavailable(phrase("{host} cannot be reached.", host=place.host))
