"""Asks a service for JSON: in turn, under our name, within limits of time and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from homebooru.domain.lookups.manners import Quota
from homebooru.errors import RemoteChanged, RemoteError, RemoteMissing
from homebooru.http.answers import Answer, read_answer
from homebooru.http.fetching import USUAL, Fetcher, Limits, Service
from homebooru.http.headers import spent
from homebooru.phrases import phrase
from homebooru.services.lookups.turns import Turn, Turns

Form = Iterable[tuple[str, str]]
"""Fields and their values; a field may come more than once."""
T = TypeVar("T")


class JsonClient:
    """The way to one service. Not to be shared by threads."""

    def __init__(self, service: Service, turns: Turns, limits: Limits = USUAL) -> None:
        self.service = service
        self._turns = turns
        self._fetcher = Fetcher(service, limits)

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
        picture: bytes | None,
        read: Callable[[Answer], T],
        form: Form = (),
        field: str = "file",
    ) -> T:
        """Send a form, with a JPEG in a field of it if there is one; return what `read` makes of
        the answer.

        `read` raises RemoteErrors, as `get` does.
        """
        files = {field: ("picture.jpg", picture, "image/jpeg")} if picture else None
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
            answer = self._fetcher.fetch(method, path, params, **sent)
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
        self._fetcher.close()
