"""Whose turn it is to ask a service: one pace and one breaker, shared by all through the database."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import services
from homebooru.db.queries.lookups.services import Slot
from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Failure, Quota, pause
from homebooru.errors import (
    RateLimited,
    RemoteChanged,
    RemoteError,
    RemoteRefused,
    RemoteUnavailable,
)

log = logging.getLogger(__name__)

TRIAL = timedelta(minutes=2)  # as long as one request can take, and more
KINDS: dict[Failure, type[RemoteError]] = {
    Failure.LIMITED: RateLimited,
    Failure.UNAVAILABLE: RemoteUnavailable,
    Failure.REFUSED: RemoteRefused,
    Failure.CHANGED: RemoteChanged,
}


def failure_of(error: RemoteError) -> Failure:
    """Return what an error means for whoever wants to ask next."""
    return next(failure for failure, kind in KINDS.items() if isinstance(error, kind))


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to send one request to a service; `closed_until` is how that stood."""

    service: str
    closed_until: datetime | None = None


class Turns:
    """Says when a service may be asked, for everybody who asks it, wherever they run.

    It is kept in the database; no transaction is open while a turn is waited for. Who failed is
    left alone `back_off` times as long as usual, but never shorter than it told.
    """

    def __init__(
        self,
        sessions: Sessions,
        *,
        back_off: float = 1.0,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sessions = sessions
        self._back_off = back_off
        self._sleep = sleep
        self._chance = chance

    def take(self, service: str, pace: timedelta) -> Turn:
        """Return when it is our turn, `pace` after whoever asked before.

        Raises a RemoteError with `until` while the service is left alone.
        """
        while True:
            with self._sessions.begin() as session:
                slot = services.take_slot(session, service, pace, TRIAL * self._back_off)
                closed = None if slot else services.find_closed(session, service)
            if closed is not None:
                raise KINDS[closed.failure](closed.reason, until=closed.until)
            if slot is not None and self._comes(service, slot):
                return Turn(service, slot.closed_until)

    def _comes(self, service: str, slot: Slot) -> bool:
        """Wait for a slot; tell whether it still counts."""
        if not slot.seconds:
            return True
        self._sleep(slot.seconds)
        with self._sessions.begin() as session:
            return services.is_as_before(session, service, slot.closed_until)

    def went_well(self, turn: Turn) -> None:
        """Say that the service answered."""
        if turn.closed_until is not None:
            with self._sessions.begin() as session:
                services.open_again(session, turn.service, turn.closed_until)

    def rest(self, turn: Turn, told: timedelta, reason: str) -> None:
        """Say that the service answered, and wants no more requests for a while."""
        self.went_well(turn)
        with self._sessions.begin() as session:
            row = services.lock(session, turn.service)
            until = services.now(session) + self._pause(Failure.LIMITED, 1, told)
            _close(row, until, Failure.LIMITED, reason)

    def tell_quotas(self, service: str, quotas: Mapping[str, Quota]) -> None:
        """Write down what a service says is left, for people."""
        with self._sessions.begin() as session:
            services.lock(session, service).quotas = {
                name: {"left": quota.left, "of": quota.of} for name, quota in quotas.items()
            }

    def failed(self, turn: Turn, error: RemoteError) -> None:
        """Say that the service failed; sets until when nobody will ask it.

        Requests that were under way side by side count as one failure.
        """
        log.warning("%s", error, extra={"service": turn.service})
        failure = failure_of(error)
        with self._sessions.begin() as session:
            row = services.lock(session, turn.service)
            if row.closed_until == turn.closed_until:
                row.failures, row.closed_until = row.failures + 1, None
            wait = self._pause(failure, max(1, row.failures), error.told)
            _close(row, services.now(session) + wait, failure, str(error))
            error.until = row.closed_until

    def _pause(self, failure: Failure, failures: int, told: timedelta | None) -> timedelta:
        return pause(failure, failures, told, self._chance(), self._back_off)


def _close(row: ServiceRow, until: datetime, failure: Failure, reason: str) -> None:
    """Close a service, unless it is closed for longer already."""
    if row.closed_until is None or until > row.closed_until:
        row.closed_until, row.failure, row.reason = until, failure, reason
