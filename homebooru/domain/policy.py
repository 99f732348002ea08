"""Whose word counts how much: trust per source, and what a model must be sure of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from homebooru.domain.tags import Category
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase
from homebooru.sites import SITES

PERSON = "person"
HISTORY = "homebooru"
"""HomeBooru itself, who saw which picture a file showed before it showed another."""


class Kind(StrEnum):
    """What sort of voice a source is."""

    BOORU = "booru"
    REVERSE = "reverse"  # a reverse search: as sure as the pictures are alike
    MODEL = "model"
    WORDS = "words"  # sidecars, Immich, imports: what somebody once wrote down


@dataclass(frozen=True, slots=True)
class Voice:
    """A source: its kind, how far it is trusted (0: not heard), and from what likeness on.

    A reverse search is believed from `likeness` on, and suggests from `hint` on.
    """

    kind: Kind
    trust: float
    likeness: float = 0.0
    hint: float = 0.0


VOICES: Mapping[str, Voice] = {
    HISTORY: Voice(Kind.WORDS, 0.95),
    "szurubooru": Voice(Kind.WORDS, 0.92),
    "blombooru": Voice(Kind.WORDS, 0.92),
    "hydrus": Voice(Kind.WORDS, 0.92),
    **{site.name: Voice(Kind.BOORU, site.trust) for site in SITES.values() if site.is_booru},
    "gallery-dl": Voice(Kind.WORDS, 0.7),
    "xmp": Voice(Kind.WORDS, 0.65),
    "immich": Voice(Kind.WORDS, 0.6),
    "embedded": Voice(Kind.WORDS, 0.55),
    "text": Voice(Kind.WORDS, 0.5),
    "gallery": Voice(Kind.WORDS, 0.48),
    "import": Voice(Kind.WORDS, 0.45),
    "saucenao": Voice(Kind.REVERSE, SITES["saucenao"].trust, likeness=0.8, hint=0.7),
    "iqdb": Voice(Kind.REVERSE, SITES["iqdb"].trust, likeness=0.85, hint=0.75),
    "camie": Voice(Kind.MODEL, 0.3),
    "wd": Voice(Kind.MODEL, 0.25),
}
Own = tuple[str, Category]
"""A model, and the category of what it says."""

STRANGER = Voice(Kind.WORDS, 0.35)
MERGED = "merged:"
"""What the source of a claim begins with that came from another post of the same picture."""
INHERITED = Voice(Kind.WORDS, 0.62)
PERSONS_TRUST = 1.0
LONGEST_NAME = 60


def _thresholds() -> dict[Category, float]:
    return dict.fromkeys(Category, 0.5) | {
        Category.ARTIST: 0.8,
        Category.COPYRIGHT: 0.7,
        Category.CHARACTER: 0.75,
    }


def _floors() -> dict[Category, float]:
    return dict.fromkeys(Category, 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the household set about its sources, over our defaults.

    A model's claim is accepted from its category's `thresholds` on, and suggested from `floors`
    on. Where a precision is wanted of a category (`precisions`), the thresholds that follow from
    what the model got right (`followed`) go before those. What is said of one model (`own_…`)
    goes before what is said of all. Where a booru knows the post, models only suggest, unless
    `models_join_boorus`.
    """

    voices: Mapping[str, Voice] = field(default_factory=lambda: VOICES)
    thresholds: Mapping[Category, float] = field(default_factory=_thresholds)
    floors: Mapping[Category, float] = field(default_factory=_floors)
    own_thresholds: Mapping[Own, float] = field(default_factory=dict)
    own_floors: Mapping[Own, float] = field(default_factory=dict)
    precisions: Mapping[Category, float] = field(default_factory=dict)
    own_precisions: Mapping[Own, float] = field(default_factory=dict)
    followed: Mapping[Own, float] = field(default_factory=dict)
    models_join_boorus: bool = False

    def voice(self, source: str) -> Voice:
        kin = INHERITED if source.startswith(MERGED) else STRANGER
        return self.voices.get(source, kin)

    def trust(self, source: str | None) -> float:
        """Return how far a source is trusted; nobody (None) less than anybody."""
        if source == PERSON:
            return PERSONS_TRUST
        return -1.0 if source is None else self.voice(source).trust

    def threshold(self, source: str, category: Category) -> float:
        """Return how sure a machine must be to be believed in a tag; whoever is none just says it."""
        voice, own = self.voice(source), (source, category)
        if voice.kind is not Kind.MODEL:
            return voice.likeness if voice.kind is Kind.REVERSE else 0.0
        if own in self.followed and self.precision(source, category) is not None:
            return self.followed[own]
        return self.own_thresholds.get(own, self.thresholds[category])

    def floor(self, source: str, category: Category) -> float:
        """Return how sure a machine must be to suggest a tag."""
        voice = self.voice(source)
        if voice.kind is Kind.REVERSE:
            return voice.hint
        return self.own_floors.get((source, category), self.floors[category])

    def suggesting(self, sources: Iterable[str]) -> frozenset[str]:
        """Return which of those who say something of a post suggest what they are not sure of.

        Where a booru knows the post, what a reverse search remembers of it is not asked.
        """
        kinds = {source: self.voice(source).kind for source in sources}
        known = Kind.BOORU in kinds.values()
        asked = {Kind.MODEL} if known else {Kind.MODEL, Kind.REVERSE}
        return frozenset(source for source, kind in kinds.items() if kind in asked)

    def precision(self, source: str, category: Category) -> float | None:
        """Return which share of what a model is believed in shall be right, None where nobody said."""
        return self.own_precisions.get((source, category), self.precisions.get(category))

    def sources(self, kind: Kind) -> frozenset[str]:
        """Return the known sources of a kind."""
        return frozenset(name for name, voice in self.voices.items() if voice.kind is kind)


def tuned(settings: Mapping[str, Any]) -> Policy:
    """Return the default policy with settings (of NAMES) laid over it.

    Raises InvalidInput where a value cannot be one.
    """
    trust = _fractions("trust", settings.get("trust", {}))
    likeness = _fractions("likeness", settings.get("likeness", {}))
    hints = _fractions("hints", settings.get("hints", {}))
    voices = dict(VOICES)
    for source in trust.keys() | likeness.keys() | hints.keys():
        voice = voices.get(source, STRANGER)
        voices[source] = replace(
            voice,
            trust=trust.get(source, voice.trust),
            likeness=likeness.get(source, voice.likeness),
            hint=hints.get(source, voice.hint),
        )
    join = settings.get("models_join_boorus", False)
    if not isinstance(join, bool):
        raise InvalidInput(
            phrase("models_join_boorus is true or false, not {join}.", join=repr(join))
        )
    thresholds, own_thresholds = _by_category("thresholds", settings)
    floors, own_floors = _by_category("floors", settings)
    precisions, own_precisions = _by_category("precisions", settings)
    return Policy(
        voices=voices,
        thresholds=_thresholds() | thresholds,
        floors=_floors() | floors,
        own_thresholds=own_thresholds,
        own_floors=own_floors,
        precisions=precisions,
        own_precisions=own_precisions,
        followed=_by_category("followed", settings)[1],
        models_join_boorus=join,
    )


NAMES = (
    "trust",
    "likeness",
    "hints",
    "thresholds",
    "floors",
    "precisions",
    "followed",
    "models_join_boorus",
)


def own_label(source: str, category: Category) -> str:
    """Return how settings name a category of one model's tags."""
    return f"{source}/{category.label}"


def _by_category(
    name: str, settings: Mapping[str, Any]
) -> tuple[dict[Category, float], dict[Own, float]]:
    """Return numbers by category (`artist`), and by model and category (`wd/artist`)."""
    labels = {category.label: category for category in Category}
    of_all: dict[Category, float] = {}
    of_one: dict[Own, float] = {}
    for key, value in _fractions(name, settings.get(name, {})).items():
        source, _, label = key.rpartition("/")
        if label not in labels:
            raise InvalidInput(
                phrase(
                    "There is no category {unknown!r}; there are {labels}.",
                    unknown=label,
                    labels=", ".join(labels),
                )
            )
        if source:
            of_one[source, labels[label]] = value
        else:
            of_all[labels[label]] = value
    return of_all, of_one


def _fractions(name: str, values: Any) -> dict[str, float]:
    if not isinstance(values, Mapping):
        raise InvalidInput(
            phrase(
                "{name} takes a number for each name, not {values}.", name=name, values=repr(values)
            )
        )
    for key, value in values.items():
        if not key.isprintable() or len(key) > LONGEST_NAME:
            raise InvalidInput(
                phrase("{name} knows no {key!r}.", name=name, key=key[:LONGEST_NAME])
            )
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:
            raise InvalidInput(
                phrase(
                    "{name} of {key} is a number from 0 to 1, not {value}.",
                    name=name,
                    key=key,
                    value=repr(value),
                )
            )
    return {key: float(value) for key, value in values.items()}
