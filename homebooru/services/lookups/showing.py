"""How the sources are doing, for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.lookups import asked, chain
from homebooru.db.queries.lookups.services import NOW
from homebooru.db.tables import ServiceRow
from homebooru.domain.lookups.manners import Quota
from homebooru.domain.lookups.outcomes import ANSWERED, KNOWN, Outcome
from homebooru.domain.lookups.periods import Periods
from homebooru.sites import SITES, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source: whether it is asked, and as whom; what it knew; until when it is left alone."""

    site: Site
    enabled: bool
    is_fixed: bool
    user: str | None
    has_key: bool
    outcomes: Mapping[Outcome, int]
    waiting: int
    closed_until: datetime | None
    reason: str | None
    quotas: Mapping[str, Quota] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many posts it was asked about."""
        return sum(self.outcomes.get(outcome, 0) for outcome in ANSWERED)

    @property
    def known(self) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in KNOWN)


@dataclass(frozen=True, slots=True)
class Lookups:
    """All sources, in the order of the chain, and how long answers hold."""

    sources: tuple[SourceState, ...]
    periods: Periods

    @property
    def boorus(self) -> tuple[SourceState, ...]:
        return tuple(one for one in self.sources if one.site.is_booru)

    @property
    def searches(self) -> tuple[SourceState, ...]:
        """Return those that are sent pictures."""
        return tuple(one for one in self.sources if not one.site.is_booru)


def lookups(sessions: Sessions) -> Lookups:
    """Return how the sources are doing."""
    with sessions.begin() as session:
        return Lookups(_states(session, *_counted(session)), chain.load_periods(session))


def asked_now(sessions: Sessions) -> tuple[SourceState, ...]:
    """Return how those are doing who may be asked; what they knew is not counted."""
    with sessions.begin() as session:
        states = _states(session, defaultdict(Counter), Counter())
        return tuple(state for state in states if state.enabled)


def _states(
    session: Session, outcomes: Mapping[str, Counter[Outcome]], waiting: Counter[str]
) -> tuple[SourceState, ...]:
    """Return all sources, in the order of the chain."""
    rows = session.execute(sa.select(ServiceRow, ServiceRow.closed_until > NOW))
    states = {
        row.name: _state(row, outcomes[row.name], waiting[row.name], is_closed=bool(is_closed))
        for row, is_closed in rows
        if row.name in SITES
    }
    ordered = sorted(states, key=lambda name: (SITES[name].family.step, list(SITES).index(name)))
    return tuple(states[name] for name in ordered)


def _counted(session: Session) -> tuple[Mapping[str, Counter[Outcome]], Counter[str]]:
    """Count records by source: how they were answered, and how many wait for an answer."""
    outcomes: dict[str, Counter[Outcome]] = defaultdict(Counter)
    waiting: Counter[str] = Counter()
    for source, outcome, is_awaited, number in asked.count_records(session):
        waiting[source] += number if is_awaited else 0
        if outcome is not None:
            outcomes[source][Outcome(outcome)] += number
    return outcomes, waiting


def _state(
    row: ServiceRow, outcomes: Mapping[Outcome, int], waiting: int, *, is_closed: bool
) -> SourceState:
    quotas = row.quotas or {}
    return SourceState(
        site=SITES[row.name],
        enabled=row.enabled if row.fixed is None else row.fixed,
        is_fixed=row.fixed is not None,
        user=row.account,
        has_key=row.sealed_key is not None,
        outcomes=outcomes,
        waiting=waiting,
        closed_until=row.closed_until if is_closed else None,
        reason=row.reason if is_closed else None,
        quotas={name: Quota(quota["left"], quota.get("of")) for name, quota in quotas.items()},
    )
