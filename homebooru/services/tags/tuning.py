"""Changes whose word counts how much, and keeps who changed it; posts follow by an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.deriving import orders
from homebooru.db.queries.policy import keep_setting, load_policy, policy_settings
from homebooru.db.tables import AccountRow, SettingRow, TuningRow
from homebooru.domain.policy import NAMES, Policy, tuned
from homebooru.errors import InvalidInput, NotFound
from homebooru.phrases import phrase

Settings = Mapping[str, Any]
"""Parts of the policy, by their names; what is left out is as it is by default."""

LISTED = 20
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Tuning:
    """A change of the policy; `by` is nobody where a job made it."""

    id: int
    by: str | None
    is_persons: bool
    changed: tuple[str, ...]
    reason: str | None
    made_at: datetime


def current_policy(sessions: Sessions) -> Policy:
    """Return the policy that holds now."""
    with sessions() as session:
        return load_policy(session)


def current_settings(sessions: Sessions) -> Settings:
    """Return the parts of the policy that somebody set."""
    with sessions() as session:
        return policy_settings(session)


def tune(sessions: Sessions, name: str, value: Any) -> None:
    """Set a part of the policy (one of NAMES), and let every post follow.

    Raises InvalidInput where there is no such part, or the value cannot be one.
    """
    tune_all(sessions, {name: value})


def tune_all(sessions: Sessions, wanted: Settings, *, account_id: int | None = None) -> Policy:
    """Set several parts of the policy as one change; return what holds then."""
    check(wanted)
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        return retune(session, policy_settings(session) | dict(wanted), account_id, None)


def check(wanted: Settings) -> None:
    """Raise InvalidInput where there is no such part of the policy."""
    if unknown := wanted.keys() - set(NAMES):
        raise InvalidInput(
            phrase(
                "There is no setting {name!r}; there are {names}.",
                name=min(unknown),
                names=", ".join(NAMES),
            )
        )


def retune(
    session: Session, wanted: Settings, account_id: int | None, reason: str | None
) -> Policy:
    """Make settings all that is set, as whoever holds the vocabulary; posts follow if they must."""
    held = policy_settings(session)
    policy = tuned(wanted)
    if policy != tuned(held):
        for name in NAMES:
            if name in wanted and wanted[name] != held.get(name):
                keep_setting(session, name, wanted[name])
            elif name in held and name not in wanted:
                session.execute(sa.delete(SettingRow).where(SettingRow.name == name))
        new = {"before": held, "after": dict(wanted)}
        session.add(TuningRow(account_id=account_id, reason=reason, **new))
        orders.place_order(session, None, f"{', '.join(_changed(held, wanted))} changed")
    return policy


def settings_before(sessions: Sessions, tuning_id: int) -> Settings:
    """Return what was set before a change of the policy. Raises NotFound."""
    with sessions() as session:
        row = session.get(TuningRow, min(tuning_id, LARGEST_ID))
        if row is None:
            raise NotFound(phrase("There is no change {id} of the settings.", id=tuning_id))
        return row.before


def list_tunings(sessions: Sessions) -> tuple[Tuning, ...]:
    """Return the last changes of the policy, the newest first."""
    wanted = (
        sa.select(TuningRow, AccountRow.name)
        .outerjoin(AccountRow, AccountRow.id == TuningRow.account_id)
        .order_by(TuningRow.id.desc())
        .limit(LISTED)
    )
    with sessions() as session:
        return tuple(
            Tuning(
                id=row.id,
                by=name,
                is_persons=row.account_id is not None,
                changed=_changed(row.before, row.after),
                reason=row.reason,
                made_at=row.made_at,
            )
            for row, name in session.execute(wanted)
        )


def _changed(before: Settings, after: Settings) -> tuple[str, ...]:
    """Return what differs; a part of which nothing is set is like one that is not there."""
    return tuple(n for n in NAMES if (before.get(n) or None) != (after.get(n) or None))
