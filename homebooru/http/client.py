"""Asks a service for JSON: in turn, under our name, within limits of time and size."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import requests
from requests.auth import HTTPBasicAuth

from homebooru import __version__
from homebooru.domain.lookups.manners import Quota
from homebooru.errors import RemoteChanged, RemoteError, RemoteMissing, RemoteUnavailable
from homebooru.http.answers import Answer, read_answer
from homebooru.http.headers import spent
from homebooru.phrases import phrase
from homebooru.services.lookups.turns import Turn, Turns

# It logs whole addresses, and some services want their keys in there.
logging.getLogger("urllib3").setLevel(logging.INFO)

CHUNK = 1 << 16
Form = Iterable[tuple[str, str]]
"""Fields and their values; a field may come more than once."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds to connect, between two bytes, and in all; and bytes."""

    connect: float = 5.0
    read: float = 20.0
    whole: float = 60.0
    size: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somebody to ask: the name and the label, where, how often, and who asks.

    `secrets` go with every request as parameters, `auth` as a user and a key in the headers.
    """

    name: str
    label: str
    url: str
    pace: timedelta
    contact: str | None = None
    auth: tuple[str, str] | None = field(default=None, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """What nobody else may see."""
        return (*self.secrets.values(), *(self.auth or ()))


class JsonClient:
    """The way to one service. Not to be shared by threads."""

    def __init__(self, service: Service, turns: Turns, limits: Limits = Limits()) -> None:
        self.service = service
        self._turns = turns
        self._limits = limits
        self._session = requests.Session()
        self._session.headers["User-Agent"] = agent(service.contact)
        self._session.headers["Accept"] = "application/json"
        # without one, requests would look for passwords in ~/.netrc
        self._session.auth = HTTPBasicAuth(*service.auth) if service.auth else _no_password

    def get(self, path: str, params: Mapping[str, str | int]) -> Any:
        """Return the JSON that is at a path.

        Raises RemoteMissing where the service says that there is nothing, and other RemoteErrors
        with `until`, before which nobody asks it again.
        """
        return self._ask("GET", path, params, read_answer)

    def post(
        self,
        path: str,
        params: Mapping[str, str | int],
        *,
        picture: bytes,
        read: Callable[[Answer], T],
        form: Form = (),
    ) -> T:
        """Send a JPEG as the file of a form; return what `read` makes of the answer.

        `read` raises RemoteErrors, as `get` does.
        """
        files = {"file": ("picture.jpg", picture, "image/jpeg")}
        return self._ask("POST", path, params, read, data=list(form), files=files)

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int],
        read: Callable[[Answer], T],
        **sent: Any,
    ) -> T:
        turn = self._turns.take(self.service.name, self.service.pace)
        with self.answers_for(turn):
            answer = self._fetch(method, path, params, **sent)
            if (told := spent(answer.headers, datetime.now(UTC))) is not None:
                full = phrase("{service}: its quota is used up.", service=self.service.label)
                self._turns.rest(turn, told, full)
            return read(answer)

    @contextmanager
    def answers_for(self, turn: Turn) -> Iterator[None]:
        """Tell the keeper of turns how it went."""
        try:
            yield
        except RemoteMissing:
            self._turns.went_well(turn)
            raise
        except RemoteError as error:
            self._turns.failed(turn, error)
            raise
        self._turns.went_well(turn)

    def rest(self, wait: timedelta, reason: str) -> None:
        """Leave the service alone for a while: it answered, and told that its quota is used up."""
        self._turns.rest(Turn(self.service.name), wait, reason)

    def tell_quotas(self, quotas: Mapping[str, Quota]) -> None:
        """Write down what the service says is left, for people."""
        self._turns.tell_quotas(self.service.name, quotas)

    def misread(self, message: str) -> RemoteChanged:
        """Close the service, whose answer was JSON but made no sense; return the error for it."""
        error = RemoteChanged(message)
        self._turns.failed(Turn(self.service.name), error)
        return error

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _fetch(
        self, method: str, path: str, params: Mapping[str, str | int], **sent: Any
    ) -> Answer:
        limits = self._limits
        began = time.monotonic()
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
                headers = {name.lower(): value for name, value in response.headers.items()}
                body = self._read(response, began)
                return Answer(
                    self.service.label, response.status_code, headers, body, self.service.keys
                )
        except requests.Timeout:
            raise self._unavailable(phrase("it did not answer in time")) from None
        except requests.RequestException as error:
            # what requests says holds the address, and that may hold a key
            raise self._unavailable(_how(error)) from None

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
