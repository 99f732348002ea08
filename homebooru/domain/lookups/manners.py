"""How long a service is left alone after it failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LEAST_TOLD = timedelta(seconds=1)  # "at once" is no time at which a server can be asked again
MOST_TOLD = timedelta(days=1)  # longer waits, which a server may name by mistake, are asked again


class Failure(StrEnum):
    """Why a service cannot be asked; the names are stored."""

    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of how much, as a service tells."""

    left: int
    of: int | None


FIRST = {
    Failure.LIMITED: timedelta(minutes=1),
    Failure.UNAVAILABLE: timedelta(seconds=2),
    Failure.REFUSED: timedelta(minutes=10),
    Failure.CHANGED: timedelta(minutes=10),
}
LONGEST = {
    Failure.LIMITED: timedelta(hours=6),
    Failure.UNAVAILABLE: timedelta(minutes=30),
    Failure.REFUSED: timedelta(days=1),
    Failure.CHANGED: timedelta(days=1),
}


def pause(
    failure: Failure,
    failures: int,
    told: timedelta | None = None,
    chance: float = 0.5,
    back_off: float = 1.0,
) -> timedelta:
    """Return how long to wait after so many failures in a row, this one counted.

    What the service tells counts. Else each wait is twice the one before, and `chance` (0 to 1)
    makes it up to a quarter shorter or longer, so that not everybody comes back at once. All but
    what is told is taken `back_off` times.
    """
    if told is not None:
        return min(max(told, LEAST_TOLD * back_off), MOST_TOLD)
    doubled = FIRST[failure] * (1 << min(failures - 1, 30))
    return min(LONGEST[failure], doubled) * (0.75 + chance / 2) * back_off
