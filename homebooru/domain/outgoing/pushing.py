"""What is to be done about an asset's tags at Immich: ours, theirs, and what was agreed last.

Tags are given as they stand there, with their ancestors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from homebooru.phrases import phrase

Values = frozenset[str]
NONE: Values = frozenset()
TRIES = 3
UNWRITABLE = phrase(
    "Immich does not keep tags here: it accepts them, and loses them again. It cannot write beside "
    "these files; let it, or let HomeBooru write sidecars there."
)
UNREAD = phrase(
    "Immich does not show what the sidecar says. Does it see the same folder, and may it read there?"
)
UNSETTLED = phrase("Immich did not come to read these files again.")
KEYLESS = phrase("There is no key any more for the user of Immich whose it is.")
VANISHED = phrase("Immich does not have it any more.")


class Channel(StrEnum):
    """How tags get to an asset: by Immich's own calls, or by a sidecar that we write."""

    API = "api"
    SIDECAR = "sidecar"


class State(StrEnum):
    """How far what is wanted of an asset has come."""

    DUE = "due"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What we know of the tags of ours on an asset; what each means is told at `PushRow`."""

    agreed: Values = NONE
    pending: Values = NONE
    gone: Values = NONE
    barred: Values = NONE
    kept: Values = NONE
    tries: int = 0
    stamp: datetime | None = None

    @property
    def holds(self) -> bool:
        """Tell whether something is held back, or held on to."""
        return bool(self.barred or self.kept)


@dataclass(frozen=True, slots=True)
class Held:
    """What is to stay out though we would write it, and what is to stay though we would not."""

    barred: Values = NONE
    kept: Values = NONE

    def __or__(self, other: Held) -> Held:
        return Held(self.barred | other.barred, self.kept | other.kept)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is to be added and removed, and what is known once that is looked at."""

    add: Values
    remove: Values
    ledger: Ledger

    def __len__(self) -> int:
        return len(self.add) + len(self.remove)


def compare(wanted: Values, theirs: Values, last: Ledger, *, again: bool = False) -> Difference:
    """Work out what is to be done, given what was surely there when it was read.

    What was agreed and is not there was taken out by somebody, and stays out unless it is wanted
    `again`. What is there and not known to be ours is never touched.
    """
    if again:
        last = replace(last, gone=NONE, barred=NONE, kept=NONE)
    wanted = (wanted | last.kept) - last.barred
    ours = (last.agreed | last.pending) & theirs
    missing = ((last.agreed - last.pending) | last.gone) - theirs
    gone = NONE if again else missing & wanted
    add, remove = wanted - theirs - gone, ours - wanted
    known = replace(last, agreed=ours, pending=NONE, gone=gone, stamp=None)
    return Difference(add, remove, known)


def is_under_way(last: Ledger, theirs: Values, updated_at: datetime) -> bool:
    """Tell whether Immich has yet to read again what was sent, by what it shows until then.

    What was never sent shows nowhere; it may go out.
    """
    if last.stamp is None or last.stamp != updated_at:
        return False
    sent = last.pending - last.agreed
    return bool(sent & theirs) or bool((last.agreed & last.pending) - theirs)


@dataclass(frozen=True, slots=True)
class Sending:
    """The next operation on an asset, and what is to be written down before it goes out."""

    ledger: Ledger
    add: Values = NONE
    remove: Values = NONE


def sending(found: Difference, stamp: datetime, *, before: Difference | None = None) -> Sending:
    """Choose the next operation: all that is to be added at once, or one that is to be removed.

    What was to be done `before` the last one tells whether that was of any use; it is counted how
    often in a row it was not.
    """
    tries = found.ledger.tries
    if before is not None:
        tries = tries + 1 if len(found) >= len(before) else 0
    known = replace(found.ledger, tries=tries, stamp=stamp)
    if found.add:
        return Sending(replace(known, pending=found.add), add=found.add)
    one = frozenset(sorted(found.remove)[:1])
    return Sending(replace(known, pending=one), remove=one)


@dataclass(frozen=True, slots=True)
class Place:
    """Where assets lie whose tags Immich keeps alike: whose they are, and in which library."""

    owner_id: UUID
    library_id: UUID | None


def deletable(made: Mapping[str, UUID], there: Mapping[str, UUID]) -> list[tuple[str, UUID]]:
    """Return the tags that we made and that are still there, each before those it stands under.

    One that stands above others' tags is not ours to delete.
    """
    ours = {value for value, tag in made.items() if there.get(value) == tag}
    foreign = there.keys() - ours
    free = [one for one in ours if not any(other.startswith(f"{one}/") for other in foreign)]
    return [(one, made[one]) for one in sorted(free, key=lambda value: (-value.count("/"), value))]
