"""Changes whose word counts how much; posts follow by an order."""

from __future__ import annotations

from typing import Any

from homebooru.db.engine import Sessions
from homebooru.db.queries import locks
from homebooru.db.queries.deriving import orders
from homebooru.db.queries.policy import keep_setting, load_policy, policy_settings
from homebooru.domain.policy import NAMES, Policy, tuned
from homebooru.errors import InvalidInput


def current_policy(sessions: Sessions) -> Policy:
    """Return the policy that holds now."""
    with sessions() as session:
        return load_policy(session)


def tune(sessions: Sessions, name: str, value: Any) -> None:
    """Set a part of the policy (one of NAMES), and let every post follow.

    Raises InvalidInput where there is no such part, or the value cannot be one.
    """
    if name not in NAMES:
        raise InvalidInput(f"There is no setting {name!r}; there are {', '.join(NAMES)}.")
    with sessions.begin() as session:
        locks.own_vocabulary(session)
        held = policy_settings(session)
        if tuned(held | {name: value}) != tuned(held):
            keep_setting(session, name, value)
            orders.place_order(session, None, f"{name} changed")
