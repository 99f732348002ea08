"""How the taggers are doing, and what an admin decides about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, leisure, services
from homebooru.db.queries.lookups.chain import ENABLED
from homebooru.db.queries.policy import keep_setting
from homebooru.db.queries.posts import lock_intake
from homebooru.db.queue import Work, wake
from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Failure
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase
from homebooru.services.lookups.enabling import list_for
from homebooru.sites import TAGGERS


@dataclass(frozen=True, slots=True)
class TaggerState:
    """A tagger that is there: whether it is used, how much is left, and why it does not work.

    `looking` is how many posts it has in hand, `waiting` how many come after those.
    """

    name: str
    label: str
    enabled: bool
    looking: int
    waiting: int
    closed_until: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Taggers:
    """The taggers that are there, and how many percent of what others know they look at."""

    taggers: tuple[TaggerState, ...]
    sample: int


def taggers(sessions: Sessions) -> Taggers:
    """Return how the taggers are doing."""
    with sessions.begin() as session:
        rows = session.scalars(
            sa.select(ServiceRow).where(_is_there()).order_by(ServiceRow.name)
        ).all()
        now = services.now(session)
        return Taggers(
            tuple(_state(session, row, now) for row in rows), leisure.load_sample(session)
        )


def switch_tagger(sessions: Sessions, name: str, *, enabled: bool) -> None:
    """Let a tagger look at pictures, or not any more. Raises NotFound where it is not there."""
    with sessions.begin() as session:
        lock_intake(session)
        before = asked.enabled(session)
        row = session.scalar(
            sa.select(ServiceRow).where(_is_there(), ServiceRow.name == name).with_for_update()
        )
        if row is None:
            raise NotFound(phrase("There is no tagger {name!r} here.", name=name[:60]))
        row.enabled = enabled
        session.flush()
        list_for(session, before)
        for failure in Failure:
            services.forgive(session, failure, name)
        wake(session, Work.TAGGING)


def keep_sample(sessions: Sessions, percent: int) -> None:
    """Set how many percent of the posts that others know taggers look at. Raises InvalidInput."""
    if not 0 <= percent <= 100:
        raise InvalidInput(phrase("Say a number of percent from 0 to 100."))
    with sessions.begin() as session:
        lock_intake(session)
        keep_setting(session, leisure.SETTING, percent)
        asked.list_anew(session, TAGGERS)
        wake(session, Work.TAGGING)


def _is_there() -> sa.ColumnElement[bool]:
    """Tell whether a row is that of a tagger whose model was found."""
    return sa.and_(ServiceRow.name.in_(TAGGERS), sa.func.coalesce(ServiceRow.fixed, sa.true()))


def _state(session: Session, row: ServiceRow, now: datetime) -> TaggerState:
    is_closed = row.closed_until is not None and row.closed_until > now
    return TaggerState(
        name=row.name,
        label=TAGGERS[row.name],
        enabled=bool(session.scalar(sa.select(ENABLED).where(ServiceRow.name == row.name))),
        looking=leisure.count_in_hand(session, row.name),
        waiting=leisure.count_waiting(session, row.name),
        closed_until=row.closed_until if is_closed else None,
        reason=row.reason if is_closed else None,
    )
