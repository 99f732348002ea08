"""How long answers hold, and how long an answer is waited for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

LONGEST = 3650  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """Days until a source is asked about a post again, by what it answered before.

    After `patience` days without an answer the next sources are asked without it.
    """

    hit: int = 180
    miss: int = 30
    changed: int = 1
    patience: int = 7

    def until_again(self) -> Mapping[Outcome, timedelta]:
        """Return after which time each answer is asked for again."""
        days = {
            Outcome.HIT: self.hit,
            Outcome.HIDDEN: self.hit,
            Outcome.HINT: self.miss,
            Outcome.MISS: self.miss,
            Outcome.REFUSED: self.miss,
            Outcome.CHANGED: self.changed,
            Outcome.UNAVAILABLE: self.changed,
        }
        return {outcome: timedelta(days=number) for outcome, number in days.items()}


def periods(days: Mapping[str, Any]) -> Periods:
    """Return the periods with some laid over our defaults. Raises InvalidInput."""
    names = [field.name for field in fields(Periods)]
    for name, number in days.items():
        if name not in names or type(number) is not int or not 1 <= number <= LONGEST:
            raise InvalidInput(
                phrase(
                    "Say a number of days from 1 to {longest} for any of {names}.",
                    longest=LONGEST,
                    names=", ".join(names),
                )
            )
    return Periods(**days)
