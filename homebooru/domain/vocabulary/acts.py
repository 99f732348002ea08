"""What is said of tags themselves, how an act changes it, and how that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from homebooru.domain.editing.words import Via
from homebooru.domain.posts import TagView
from homebooru.domain.tags import Category


class Matter(StrEnum):
    """What something is said about: a link between two tags, or a tag's category or description."""

    ALIAS = "alias"
    IMPLICATION = "implication"
    CATEGORY = "category"
    DESCRIPTION = "description"


class Kind(StrEnum):
    """What somebody did to the vocabulary."""

    RENAME = "rename"
    MERGE = "merge"
    ALIAS = "alias"
    UNALIAS = "unalias"
    IMPLY = "imply"
    UNIMPLY = "unimply"
    CATEGORISE = "categorise"
    DESCRIBE = "describe"
    IMPORT = "import"
    REVERT = "revert"


class Thing(NamedTuple):
    """Something that there can be one word on; `other` is what a link leads to."""

    matter: Matter
    tag: int
    other: int | None = None

    @property
    def is_link(self) -> bool:
        return self.other is not None


@dataclass(frozen=True, slots=True)
class Link:
    """Whether one tag leads to another, and whose word that is: a person's, or a list's."""

    holds: bool
    by: str


@dataclass(frozen=True, slots=True)
class Categorised:
    """A tag's category, and whose word that is."""

    category: Category
    by: str | None


State = Link | Categorised | str | None
"""What is said of a thing: of a link, a category, a description, or nothing."""

States = Mapping[Thing, State]


@dataclass(frozen=True, slots=True)
class Change:
    """What was said of a thing before an act, and after it."""

    thing: Thing
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A change as it is shown."""

    matter: Matter
    tag: TagView
    other: TagView | None
    before: State
    after: State


@dataclass(frozen=True, slots=True, kw_only=True)
class ActView:
    """A line of the history of the vocabulary; `more` counts changes that are not told."""

    id: int
    kind: Kind
    account_id: int | None
    by: str | None
    via: Via
    reason: str | None
    made_at: datetime
    undoes_id: int | None
    changes: tuple[ChangeView, ...]
    more: int = 0


class Undoing(NamedTuple):
    """An act that is being taken back, and how many of its changes were looked at."""

    act_id: int
    kind: Kind
    reason: str | None
    done: int
    total: int


def holds(state: State) -> bool:
    """Tell whether a link with this state leads anywhere."""
    return isinstance(state, Link) and state.holds


def changes_to(wanted: States, held: States) -> tuple[Change, ...]:
    """Return what changes where `wanted` is to be said; what is said already stays as it is."""
    pairs = ((thing, held.get(thing), after) for thing, after in wanted.items())
    return tuple(Change(*each) for each in pairs if each[1] != each[2])


def changes_back(
    done: Iterable[Change], held: States
) -> tuple[tuple[Change, ...], tuple[Thing, ...]]:
    """Return how to take changes back, and what somebody changed since, which is left alone."""
    back, left = [], []
    for change in done:
        present = held.get(change.thing)
        if present == change.after:
            back.append(Change(change.thing, present, change.before))
        elif present != change.before:
            left.append(change.thing)
    return tuple(back), tuple(left)
