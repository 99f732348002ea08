"""The way to one user's Immich: at most four requests at once, and patience where it stumbles."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from queue import LifoQueue
from typing import Any, TypeVar
from uuid import UUID

from homebooru.errors import RateLimited, RemoteChanged, RemoteError, RemoteUnavailable
from homebooru.http.answers import Answer
from homebooru.http.fetching import Fetcher, Limits, Service
from homebooru.immich.answers import check_file, read_answer
from homebooru.immich.breaker import Breaker
from homebooru.phrases import phrase
from homebooru.ports.immich import FilePart

PARALLEL = 4
AHEAD = 64
"""Answers that are fetched before they are taken."""
AGAIN = (0.5, 2.0)
"""Seconds before what only reads is tried again after a stumble."""
LIMITS = Limits(connect=5.0, read=60.0, whole=300.0, size=256 * 1024 * 1024)
"""A month of the timeline comes in one answer, and tagging answers once all is tagged."""
QUICK = Limits(connect=5.0, read=10.0, whole=15.0)
"""While somebody waits for a page."""
TOLD = ("Content-Length", "Content-Range", "Accept-Ranges", "Last-Modified")
"""What is passed on of what is said of a file."""
NO_SUCH_PART = 416
T = TypeVar("T")
V = TypeVar("V")
Params = Mapping[str, str | int]


class ImmichClient:
    """Asks Immich as one of its users; may be shared by threads."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        limits: Limits = LIMITS,
        again: Sequence[float] = AGAIN,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        service = Service(name="immich", label="Immich", url=url, headers={"x-api-key": key})
        self._fetchers = [Fetcher(service, limits) for _ in range(PARALLEL)]
        self._free: LifoQueue[Fetcher] = LifoQueue()
        for fetcher in self._fetchers:
            self._free.put(fetcher)
        self._breaker = Breaker()
        self._again = again
        self._sleep = sleep

    def get(self, path: str, read: Callable[[Any], T], params: Params | None = None) -> T:
        """Return what `read` makes of the JSON at a path."""
        return _made_of(self._patiently(lambda: self._ask("GET", path, params or {})), read)

    def search(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        """Return what `read` makes of the answer to a question that is too long for an address."""
        return _made_of(self._patiently(lambda: self._ask("POST", path, {}, json=body)), read)

    def picture(self, path: str, params: Params) -> bytes:
        """Return the bytes at a path."""
        return self._patiently(lambda: self._ask("GET", path, params, _picture))

    def change(
        self, method: str, path: str, body: Mapping[str, Any] | None, read: Callable[[Any], T]
    ) -> T:
        """Change something, asking once only; return what `read` makes of the answer."""
        with self._counted():
            return _made_of(self._ask(method, path, {}, json=body), read)

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[bytes]]:
        """Let the bytes at a path be read, piece by piece."""
        with self._counted(), self._fetcher() as fetcher, fetcher.open("GET", path, {}) as response:
            if not response.ok:
                check_file(fetcher.answer_to(response, response.content))
            yield fetcher.pieces(response)

    @contextmanager
    def part(self, path: str, wanted: str | None) -> Iterator[FilePart]:
        """Let the bytes at a path, or a part of them, be read with what HTTP says of them."""
        headers = {} if wanted is None else {"Range": wanted}
        asked = {"headers": {**headers, "Accept-Encoding": "identity"}}
        with (
            self._counted(),
            self._fetcher() as fetcher,
            fetcher.open("GET", path, {}, **asked) as response,
        ):
            if not response.ok and response.status_code != NO_SUCH_PART:
                check_file(fetcher.answer_to(response, response.content))
            told = {name: response.headers[name] for name in TOLD if name in response.headers}
            is_there = response.status_code != NO_SUCH_PART
            pieces = fetcher.pieces(response) if is_there else iter(())
            yield FilePart(response.status_code, told, pieces)

    def side_by_side(self, ask: Callable[[T], V], wanted: Iterable[T]) -> Iterator[tuple[T, V]]:
        """Yield what is answered for each that is wanted; some are asked for ahead."""
        pool = ThreadPoolExecutor(PARALLEL, thread_name_prefix="immich")
        waiting: deque[tuple[T, Future[V]]] = deque()
        try:
            for one in wanted:
                waiting.append((one, pool.submit(ask, one)))
                if len(waiting) > AHEAD:
                    first, answer = waiting.popleft()
                    yield first, answer.result()
            for one, answer in waiting:
                yield one, answer.result()
        finally:
            pool.shutdown(cancel_futures=True)

    def close(self) -> None:
        """Let go of the connections."""
        for fetcher in self._fetchers:
            fetcher.close()

    def _ask(
        self,
        method: str,
        path: str,
        params: Params,
        read: Callable[[Answer], V] = read_answer,
        **sent: Any,
    ) -> V:
        with self._fetcher() as fetcher:
            return read(fetcher.fetch(method, path, params, **sent))

    def _patiently(self, ask: Callable[[], V]) -> V:
        """Ask again where it stumbled; what fails for longer, or wants a rest, is left alone."""
        with self._counted():
            for seconds in self._again:
                try:
                    return ask()
                except RateLimited:
                    raise
                except RemoteUnavailable:
                    self._sleep(seconds)
            return ask()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        failures = self._breaker.check()
        try:
            yield
        except RemoteUnavailable as error:
            self._breaker.failed(error, failures)
            raise
        except RemoteError:
            self._breaker.went_well()
            raise
        self._breaker.went_well()

    @contextmanager
    def _fetcher(self) -> Iterator[Fetcher]:
        fetcher = self._free.get()
        try:
            yield fetcher
        finally:
            self._free.put(fetcher)


class Part:
    """A part of what Immich knows, asked through a client."""

    def __init__(self, client: ImmichClient) -> None:
        self._client = client


def nothing(_body: object) -> None:
    """Read an answer that says nothing."""


def counted(body: Mapping[str, Any]) -> int:
    """Read how many were changed."""
    return int(body["count"])


def batches(ids: Collection[UUID] | Collection[str], most: int) -> Iterator[list[str]]:
    """Yield ids, or names, as Immich takes them, so many at once."""
    texts = map(str, ids)
    while batch := list(islice(texts, most)):
        yield batch


def _picture(answer: Answer) -> bytes:
    check_file(answer)
    return answer.body


def _made_of(answer: Any, read: Callable[[Any], T]) -> T:
    try:
        return read(answer)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise RemoteChanged(
            phrase("Immich: its answer makes no sense to us. Is its version supported?")
        ) from None
