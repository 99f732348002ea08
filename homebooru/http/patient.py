"""Asks one server for all that it has, at its pace: whoever waits is a person at a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from homebooru.errors import RemoteChanged, RemoteMissing, RemoteUnavailable
from homebooru.http.answers import Answer, check_page, read_answer
from homebooru.http.fetching import Fetcher, Limits, Service
from homebooru.phrases import phrase

AGAIN = (1.0, 5.0, 20.0, 60.0)
"""Seconds before a question is asked again after a stumble."""
LONGEST_REST = 600.0
"""A server that wants to be left alone for longer ends it; it can be begun anew at any time."""
LIMITS = Limits(connect=5.0, read=30.0, whole=120.0, size=64 * 1024 * 1024)
OK = 200
GONE = (404, 410)
T = TypeVar("T")
Params = Mapping[str, str | int]


class PatientClient:
    """The way to a server that somebody named; reads, and never changes anything there."""

    def __init__(
        self,
        service: Service,
        *,
        limits: Limits = LIMITS,
        again: Sequence[float] = AGAIN,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._fetcher = Fetcher(service, limits)
        self._again = again
        self._sleep = sleep

    def get(self, path: str, params: Params) -> Any:
        """Return the JSON at a path; raises RemoteErrors once patience is over."""
        return self.patiently(lambda: read_answer(self._fetcher.fetch("GET", path, params)))

    @contextmanager
    def file(self, path: str) -> Iterator[Iterator[bytes]]:
        """Let the bytes at a path be read, piece by piece. Raises RemoteErrors."""
        asked = {"headers": {"Accept": "*/*", "Accept-Encoding": "identity"}}
        with self._fetcher.open("GET", path, {}, **asked) as response:
            is_there = response.status_code == OK
            answer = self._fetcher.answer_to(response, b"" if is_there else response.content)
            if is_there:
                check_page(answer)
            else:
                _refuse(answer)
            yield self._fetcher.pieces(response)

    def patiently(self, ask: Callable[[], T]) -> T:
        """Return what is answered, asking again after a while where the server stumbled."""
        for seconds in self._again:
            try:
                return ask()
            except RemoteUnavailable as error:
                rest = seconds if error.told is None else error.told.total_seconds()
                if rest > LONGEST_REST:
                    raise
                self._sleep(max(rest, seconds))
        return ask()

    def close(self) -> None:
        """Let go of the connections."""
        self._fetcher.close()


def _refuse(answer: Answer) -> NoReturn:
    """Raise what a server means that does not give a file."""
    if answer.status in GONE:
        raise RemoteMissing(phrase("{service}: there is no such file.", service=answer.service))
    read_answer(answer)
    raise RemoteChanged(
        phrase(
            "{service}: it answers {status}, and with no file.",
            service=answer.service,
            status=answer.status,
        )
    )
