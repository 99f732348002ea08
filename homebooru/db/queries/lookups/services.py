"""Services that are asked over the network: whose turn it is, and which are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Failure

NOW = sa.func.clock_timestamp()
IS_OPEN = sa.or_(ServiceRow.closed_until.is_(None), ServiceRow.closed_until <= NOW)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a service may be asked; `closed_until` is how the service stood then."""

    seconds: float
    closed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Closed:
    """A service that is not to be asked, and why."""

    until: datetime
    failure: Failure
    reason: str


def take_slot(session: Session, name: str, pace: timedelta, trial: timedelta) -> Slot | None:
    """Take the next free time of a service; None while it is closed.

    After a failure one request is let through, and nobody else until it is known how it went, or
    the time for a `trial` is over.
    """
    on_trial = sa.case((ServiceRow.failures > 0, NOW + trial))
    mine = insert(ServiceRow).values(name=name, next_at=NOW + pace)
    taken = mine.on_conflict_do_update(
        index_elements=[ServiceRow.name],
        set_={
            "next_at": sa.func.greatest(ServiceRow.next_at, NOW) + pace,
            "closed_until": on_trial,
        },
        where=IS_OPEN,
    ).returning(
        sa.extract("epoch", ServiceRow.next_at - pace - NOW).label("seconds"),
        ServiceRow.closed_until,
    )
    row = session.execute(taken).one_or_none()
    return None if row is None else Slot(max(0.0, float(row.seconds)), row.closed_until)


def is_as_before(session: Session, name: str, closed_until: datetime | None) -> bool:
    """Tell whether nobody closed a service since a slot of it was taken."""
    same = ServiceRow.closed_until.is_not_distinct_from(closed_until)
    return session.scalar(sa.select(same).where(ServiceRow.name == name)) is True


def open_again(session: Session, name: str, closed_until: datetime) -> None:
    """Open a service that answered a trial, unless somebody closed it meanwhile."""
    session.execute(
        sa.update(ServiceRow)
        .where(ServiceRow.name == name, ServiceRow.closed_until == closed_until)
        .values(closed_until=None, failure=None, failures=0, reason=None)
        .execution_options(synchronize_session=False)
    )


def find_closed(session: Session, name: str) -> Closed | None:
    """Return until when and why a service is closed, None where it is open."""
    row = session.execute(
        sa.select(ServiceRow.closed_until, ServiceRow.failure, ServiceRow.reason).where(
            ServiceRow.name == name, ServiceRow.closed_until > NOW
        )
    ).one_or_none()
    if row is None:
        return None
    return Closed(row.closed_until, Failure(row.failure), row.reason or "")


def forgive(session: Session, failure: Failure, name: str | None = None) -> None:
    """Open all services (or one) that are closed for a reason that may be none any more."""
    session.execute(
        sa.update(ServiceRow)
        .where(
            ServiceRow.failure == failure, sa.true() if name is None else ServiceRow.name == name
        )
        .values(closed_until=None, failure=None, failures=0, reason=None)
        .execution_options(synchronize_session=False)
    )


def lock(session: Session, name: str) -> ServiceRow:
    """Return a service's row, which nobody else changes until this transaction ends."""
    return session.get_one(ServiceRow, name, with_for_update=True, populate_existing=True)


def now(session: Session) -> datetime:
    """Return the time by the clock that all share."""
    moment: datetime = session.execute(sa.select(NOW)).scalar_one()
    return moment
