"""The way to a Hydrus client: one request after another, and patience where it stumbles."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from homebooru.domain.takeover.hydrus import HydrusFile, Service
from homebooru.errors import (
    RateLimited,
    RemoteChanged,
    RemoteMissing,
    RemoteRefused,
    RemoteUnavailable,
    Unreadable,
)
from homebooru.http.answers import HIDDEN, Answer, check_page, check_status, parsed, read_answer
from homebooru.http.fetching import Fetcher, Limits
from homebooru.http.fetching import Service as Server
from homebooru.hydrus import payloads
from homebooru.phrases import phrase
from homebooru.ports.originals import OriginalGiver, Take

KEY = "Hydrus-Client-API-Access-Key"
AT_ONCE = 256
"""Files that are told of in one answer, as Hydrus itself asks its database."""
EVERYTHING = "system:everything"
AGAIN = (0.5, 2.0, 5.0)
"""Seconds before a request is tried again after a stumble."""
LONGEST_WAIT = 60.0
LIMITS = Limits(connect=5.0, read=120.0, whole=600.0, size=256 * 1024 * 1024)
"""It searches all of its files at once, and is slow while it is busy."""
REFUSED = (401, 403, 419)
LONGEST = 300
T = TypeVar("T")
Params = Mapping[str, str | int]


class HydrusClient(OriginalGiver):
    """Asks a client; not to be shared by threads."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        again: Sequence[float] = AGAIN,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        server = Server(name="hydrus", label="Hydrus", url=url, headers={KEY: key})
        self._fetcher = Fetcher(server, LIMITS)
        self._again = again
        self._sleep = sleep

    def check(self) -> None:
        """Raise RemoteRefused where the key is none, or does not allow to search for files."""
        if not self._get("/verify_access_key", {}, payloads.may_search):
            raise RemoteRefused(
                phrase(
                    "Hydrus: this access key does not allow to search for files. Give it the "
                    "permission 'search for and fetch files' there, under review services."
                )
            )

    def services(self) -> tuple[Service, ...]:
        """Return the services of the client."""
        return self._get("/get_services", {}, payloads.read_services)

    def search(self, terms: Sequence[str]) -> list[int]:
        """Return the numbers of all files that a search finds, of all where it is empty."""
        tags = json.dumps(list(terms) or [EVERYTHING])
        return self._get("/get_files/search_files", {"tags": tags}, payloads.read_numbers)

    def files(self, numbers: Sequence[int]) -> Iterator[HydrusFile | Unreadable]:
        """Yield what is known of files, and of which ones nothing that makes sense."""
        for start in range(0, len(numbers), AT_ONCE):
            params = {
                "file_ids": json.dumps(list(numbers[start : start + AT_ONCE])),
                "include_notes": "true",
                "include_services_object": "false",
            }
            for row in self._get("/get_files/file_metadata", params, payloads.read_rows):
                yield _read(row)

    def give(self, number: int, take: Take) -> None:
        self._patiently(lambda: self._give(number, take))

    def close(self) -> None:
        """Let go of the connection."""
        self._fetcher.close()

    def _give(self, number: int, take: Take) -> None:
        asked = {"headers": {"Accept": "*/*", "Accept-Encoding": "identity"}}
        with self._fetcher.open("GET", "/get_files/file", {"file_id": number}, **asked) as response:
            if not response.ok:
                _refuse(self._fetcher.answer_to(response, response.content))
            take(self._fetcher.pieces(response))

    def _get(self, path: str, params: Params, read: Callable[[Any], T]) -> T:
        body = self._patiently(lambda: _answered(self._fetcher.fetch("GET", path, params)))
        try:
            return read(body)
        except payloads.MISREAD:
            raise _changed() from None

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask again where it stumbled, after as long as it says."""
        for seconds in self._again:
            try:
                return ask()
            except RemoteUnavailable as error:
                wait = error.told.total_seconds() if error.told else seconds
                if isinstance(error, RateLimited) and wait > LONGEST_WAIT:
                    raise
                self._sleep(min(wait, LONGEST_WAIT))
        return ask()


def _answered(answer: Answer) -> Any:
    if answer.status in (400, *REFUSED) and not answer.is_page:
        _refuse(answer)
    return read_answer(answer)


def _refuse(answer: Answer) -> NoReturn:
    check_status(answer)
    check_page(answer)
    if answer.status == 404:
        raise RemoteMissing(phrase("Hydrus: it has no such file."))
    if answer.status in REFUSED:
        raise RemoteRefused(
            phrase(
                "Hydrus: it does not take this access key ({status}). {said}",
                status=answer.status,
                said=_said(answer),
            )
        )
    raise RemoteChanged(
        phrase(
            "Hydrus: it does not understand us ({status}). {said}",
            status=answer.status,
            said=_said(answer),
        )
    )


def _said(answer: Answer) -> str:
    """Return what the client says of an error: in JSON, or as plain text."""
    told = parsed(answer)
    text = told.get("error") if isinstance(told, dict) else answer.start
    for key in filter(None, answer.keys):
        text = str(text).replace(key, HIDDEN)
    return "".join(c for c in str(text or "") if c.isprintable())[:LONGEST]


def _read(row: object) -> HydrusFile | Unreadable:
    try:
        return payloads.read_file(row)  # type: ignore[arg-type]
    except payloads.MISREAD:
        told = row.get("hash") if isinstance(row, dict) else None
        return Unreadable(
            phrase("{file}: what Hydrus says of it makes no sense.", file=str(told)[:80])
        )


def _changed() -> RemoteChanged:
    return RemoteChanged(phrase("Hydrus: its answer makes no sense to us. Update it, or ours."))
