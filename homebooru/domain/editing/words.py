"""What people said of a post, how an act of theirs changed it, and how that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto

from homebooru.domain.claims import About, PostVerdict, Verdict


class Via(StrEnum):
    """From where an act came."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    RULE = "rule"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who acts, and from where; `reason` is what they say to it."""

    account_id: int | None = None
    via: Via = Via.WEB
    reason: str | None = None
    batch_id: int | None = None


Thing = int | About
"""What a word is about: a tag, by its id, or something that a post has one of."""

Value = bool | str | None
"""Yes or no to a tag; of anything else what it is, None for that there is none."""


class Silence(Enum):
    """The wish to have said nothing."""

    SILENCE = auto()


SILENCE = Silence.SILENCE
Wishes = Mapping[Thing, Value | Silence]


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word as it is kept."""

    value: Value
    made_at: datetime
    account_id: int | None = None
    reason: str | None = None

    def is_same(self, other: Word | None) -> bool:
        """Tell whether this is the very word, whatever became of the account."""
        return other is not None and (self.value, self.made_at) == (other.value, other.made_at)


@dataclass(frozen=True, slots=True)
class Change:
    """One word before and after an act; None where there was or is none."""

    about: Thing
    before: Word | None
    after: Word | None


Held = Mapping[Thing, Word]
"""All that people said of a post."""


def changes_of(wishes: Wishes, held: Held, by: Hand, at: datetime) -> tuple[Change, ...]:
    """Return how a person's wishes change what is held; what is said already stays as it is."""
    changes = []
    for about, value in wishes.items():
        before = held.get(about)
        if isinstance(value, Silence):
            if before is not None:
                changes.append(Change(about, before, None))
        elif before is None or before.value != value:
            after = Word(value, at, by.account_id, by.reason)
            changes.append(Change(about, before, after))
    return tuple(changes)


def changes_back(
    acts: Iterable[Iterable[Change]], held: Held
) -> tuple[tuple[Change, ...], tuple[Thing, ...]]:
    """Return how to take acts back, given newest first, and what is left as it is.

    What an act left is put back to what was before it: the very word, with its time. What
    somebody changed afterwards stays as they wished it. So does what the act changed and somebody
    else put back already.
    """
    now: dict[Thing, Word | None] = {}
    left: dict[Thing, None] = {}
    for change in (change for act in acts for change in act):
        present = now.get(change.about, held.get(change.about))
        if is_same(present, change.after):
            now[change.about] = change.before
            left.pop(change.about, None)
        elif not is_same(present, change.before):
            left[change.about] = None
    changes = (Change(about, held.get(about), word) for about, word in now.items())
    return tuple(c for c in changes if not is_same(c.before, c.after)), tuple(left)


def is_same(one: Word | None, other: Word | None) -> bool:
    return other is None if one is None else one.is_same(other)


def as_verdicts(held: Held) -> tuple[Verdict | PostVerdict, ...]:
    """Return what is held as the rule reads it."""
    return tuple(
        PostVerdict(about, _text(word.value), word.made_at)
        if isinstance(about, About)
        else Verdict(about, bool(word.value), word.made_at)
        for about, word in held.items()
    )


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
