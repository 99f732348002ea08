"""Asks a Hydrus client, over its Client API, what it knows; nothing there is ever changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from homebooru.domain.takeover.hydrus import HYDRUS, HydrusFile, Service
from homebooru.errors import RemoteChanged, RemoteRefused, Unreadable
from homebooru.files.takeover.hydrus import payloads
from homebooru.http.fetching import Limits
from homebooru.http.fetching import Service as Server
from homebooru.http.patient import Params, PatientClient
from homebooru.phrases import phrase

KEY = "Hydrus-Client-API-Access-Key"
AT_ONCE = 256
"""Files that are told of in one answer, as Hydrus itself asks its database."""
EVERYTHING = "system:everything"
LIMITS = Limits(connect=5.0, read=120.0, whole=600.0, size=256 * 1024 * 1024)
"""It searches all of its files at once, and is slow while it is busy."""
T = TypeVar("T")


def server_at(url: str, key: str) -> Server:
    """Return how the client at an address is asked."""
    return Server(name=HYDRUS, label="Hydrus", url=url, headers={KEY: key})


class HydrusClient:
    """What a client answers, in values."""

    def __init__(self, client: PatientClient) -> None:
        self._client = client

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

    def fetch(self, number: int, keep: Callable[[Iterator[bytes]], None]) -> None:
        """Let `keep` read a file, piece by piece, and anew where that stumbles."""
        self._client.patiently(lambda: self._fetch(number, keep))

    def _fetch(self, number: int, keep: Callable[[Iterator[bytes]], None]) -> None:
        with self._client.file(f"/get_files/file?file_id={number}") as pieces:
            keep(pieces)

    def _get(self, path: str, params: Params, read: Callable[[Any], T]) -> T:
        body = self._client.get(path, params)
        try:
            return read(body)
        except payloads.MISREAD:
            raise RemoteChanged(
                phrase("Hydrus: its answer makes no sense to us. Is one of us too old?")
            ) from None


def _read(row: object) -> HydrusFile | Unreadable:
    try:
        return payloads.read_file(row)  # type: ignore[arg-type]
    except payloads.MISREAD:
        told = row.get("hash") if isinstance(row, dict) else None
        return Unreadable(
            phrase("{file}: what Hydrus says of it makes no sense.", file=str(told)[:80])
        )
