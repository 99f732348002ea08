"""Sends requests to a service under our name, within limits of time and size."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from homebooru import __version__
from homebooru.errors import RemoteChanged, RemoteUnavailable
from homebooru.http.answers import Answer
from homebooru.phrases import phrase

# It logs whole addresses, and some services want their keys in there.
logging.getLogger("urllib3").setLevel(logging.INFO)

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds to connect, between two bytes, and in all; and bytes."""

    connect: float = 5.0
    read: float = 20.0
    whole: float = 60.0
    size: int = 16 * 1024 * 1024


USUAL = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody to ask: the name and the label, where, how often, and who asks.

    `secrets` go with every request as parameters, `auth` as a user and a key in the headers, and
    `headers` as they are.
    """

    name: str
    label: str
    url: str
    pace: timedelta = timedelta()
    contact: str | None = None
    auth: tuple[str, str] | None = field(default=None, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """What nobody else may see."""
        return (*self.secrets.values(), *self.headers.values(), *(self.auth or ()))


class Fetcher:
    """A session with one service. Not to be shared by threads."""

    def __init__(self, service: Service, limits: Limits) -> None:
        self.service = service
        self._limits = limits
        self._session = requests.Session()
        self._session.headers["User-Agent"] = agent(service.contact)
        self._session.headers["Accept"] = "application/json"
        self._session.headers.update(service.headers)
        # without one, requests would look for passwords in ~/.netrc
        self._session.auth = HTTPBasicAuth(*service.auth) if service.auth else _no_password

    def fetch(self, method: str, path: str, params: Mapping[str, str | int], **sent: Any) -> Answer:
        """Return what is answered, whatever it is; raises RemoteErrors where nothing whole is."""
        began = time.monotonic()
        with self.open(method, path, params, **sent) as response:
            return self.answer_to(response, self._read(response, began))

    @contextmanager
    def open(
        self, method: str, path: str, params: Mapping[str, str | int], **sent: Any
    ) -> Iterator[requests.Response]:
        """Let an answer be read piece by piece, however long it is."""
        limits = self._limits
        try:
            with self._session.request(
                method,
                self.service.url + path,
                params={**params, **self.service.secrets},
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
                **sent,
            ) as response:
                yield response
        except requests.Timeout:
            raise self._unavailable(phrase("it did not answer in time")) from None
        except requests.RequestException as error:
            # what requests says holds the address, and that may hold a key
            raise self._unavailable(_how(error)) from None

    def answer_to(self, response: requests.Response, body: bytes) -> Answer:
        """Return a response as what it says."""
        headers = {name.lower(): value for name, value in response.headers.items()}
        service = self.service
        return Answer(service.label, response.status_code, headers, body, service.keys)

    def pieces(self, response: requests.Response) -> Iterator[bytes]:
        """Yield a long answer as it comes; raises RemoteUnavailable where it breaks off."""
        try:
            yield from response.iter_content(CHUNK)
        except requests.RequestException as error:
            raise self._unavailable(_how(error)) from None

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _read(self, response: requests.Response, began: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(CHUNK):
            body += chunk
            if len(body) > self._limits.size:
                raise RemoteChanged(
                    phrase(
                        "{service}: its answer is larger than {most} MB.",
                        service=self.service.label,
                        most=self._limits.size >> 20,
                    )
                )
            if time.monotonic() - began > self._limits.whole:
                raise requests.Timeout
        return bytes(body)

    def _unavailable(self, how: str) -> RemoteUnavailable:
        return RemoteUnavailable(phrase("{service}: {how}.", service=self.service.label, how=how))


def agent(contact: str | None) -> str:
    """Return the name under which we ask."""
    return f"HomeBooru/{__version__}" + (f" ({contact})" if contact else "")


def _no_password(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _how(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return phrase("its certificate is not to be trusted")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return phrase("its answer broke off")
    if isinstance(error, requests.ConnectionError):
        return phrase("it cannot be reached")
    return phrase("it cannot be asked ({kind})", kind=type(error).__name__)
