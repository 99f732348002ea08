"""What may go to other programs, and how it is spelled there: the household's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import partial
from typing import Any

from homebooru.domain.policy import Kind
from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

LONGEST_ROOT = 60
MOST_GENERAL = 1000


class Spelling(StrEnum):
    """How tags are spelled: as on boorus, or with spaces."""

    BOORU = "booru"
    SPACES = "spaces"


class Naming(StrEnum):
    """How characters are called: as other tags, `Hinata Hyuga (Naruto)`, or `… from Naruto`."""

    SAME = "same"
    READABLE = "readable"
    FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What may go, and in what shape.

    All tags of a post go that somebody reviewed, of others none but for what is set here: what
    `people` said, what `boorus` know, and of `models` what they are right in as often as it is
    wanted. Of general tags at most `general` go, 0 being all. Stars and descriptions are
    people's alone; `ratings` are written as tags, never as stars.
    """

    root: str = "booru"
    people: bool = False
    boorus: bool = False
    models: bool = False
    general: int = 10
    categories: frozenset[Category] = frozenset(Category)
    spelling: Spelling = Spelling.BOORU
    characters: Naming = Naming.SAME
    stars: bool = False
    ratings: bool = False
    favourites: bool = False
    descriptions: bool = False

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return the kinds of sources whose word goes without a person's."""
        boorus = {Kind.BOORU, Kind.REVERSE} if self.boorus else set()
        return frozenset(boorus | ({Kind.MODEL} if self.models else set()))


def read_profile(settings: Mapping[str, Any]) -> Profile:
    """Return the profile of settings, the default where they are silent.

    Raises InvalidInput where there is no such setting, or it cannot have that value.
    """
    known = {field.name for field in fields(Profile)}
    if unknown := sorted(settings.keys() - known):
        raise InvalidInput(phrase("There is no setting {name!r} here.", name=unknown[0]))
    readers: dict[str, Callable[[Any], Any]] = {
        "root": _root,
        "general": _number,
        "categories": _categories,
        "spelling": partial(_one_of, Spelling, "spelling"),
        "characters": partial(_one_of, Naming, "characters"),
    }
    read: dict[str, Any] = {}
    for name, value in settings.items():
        reader: Callable[[Any], Any] = readers.get(name, _flag)
        read[name] = reader(value)
    return Profile(**read)


def profile_settings(profile: Profile) -> dict[str, Any]:
    """Return the settings that `read_profile` makes a profile of."""
    return {
        "root": profile.root,
        "people": profile.people,
        "boorus": profile.boorus,
        "models": profile.models,
        "general": profile.general,
        "categories": [category.label for category in sorted(profile.categories)],
        "spelling": profile.spelling.value,
        "characters": profile.characters.value,
        "stars": profile.stars,
        "ratings": profile.ratings,
        "favourites": profile.favourites,
        "descriptions": profile.descriptions,
    }


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(phrase("That is true or false, not {value}.", value=repr(value)))
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_GENERAL:
        raise InvalidInput(
            phrase("General tags are limited to 1 to {most}, or 0 for all.", most=MOST_GENERAL)
        )
    return value


def _root(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ROOT or not value.isprintable():
        raise InvalidInput(
            phrase("The word above our tags has at most {most} characters.", most=LONGEST_ROOT)
        )
    if set(value) & set("/|∣"):
        raise InvalidInput(phrase("The word above our tags cannot hold a slash or a bar."))
    return value.strip()


def _categories(value: Any) -> frozenset[Category]:
    labels = {category.label: category for category in Category}
    if not isinstance(value, list) or not all(one in labels for one in map(str, value)):
        raise InvalidInput(phrase("Categories are some of {labels}.", labels=", ".join(labels)))
    return frozenset(labels[str(one)] for one in value)


def _one_of(kind: type[Spelling | Naming], name: str, value: Any) -> Spelling | Naming:
    choices = [one.value for one in kind]
    if value not in choices:
        raise InvalidInput(
            phrase("{name} is one of {choices}.", name=name, choices=", ".join(choices))
        )
    return kind(value)
