"""Spells pushes to Immich for programs, whether they ask a page's address or a command."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from homebooru.db.queries.outgoing.pushed import Push
from homebooru.services.outgoing.foretelling import Foretold
from homebooru.services.outgoing.steering import PushState


def state_told(state: PushState) -> dict[str, Any]:
    """Return how pushing is, as JSON has it."""
    return {
        "state": state.wish,
        "rests": state.rests,
        "waiting": state.waiting,
        "held": state.held,
        "assets": [
            {"state": one.state, "reason": one.reason, "count": one.assets} for one in state.counts
        ],
        "pushes": [_push_told(one) for one in state.pushes],
    }


def preview_told(told: Foretold) -> dict[str, Any]:
    """Return what would be pushed, as JSON has it."""
    branches = [
        asdict(one) | {"leaves": [{"name": name, "times": times} for name, times in one.leaves]}
        for one in told.branches
    ]
    return asdict(told) | {"branches": branches}


def _push_told(push: Push) -> dict[str, Any]:
    told = asdict(push)
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in told.items()}
