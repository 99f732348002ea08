"""Rules that may decide about two files: they begin as suggestions, and have to prove themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from homebooru.domain.duplicates.deciding import Choice
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.domain.duplicates.weighing import LOSSY, Side
from homebooru.phrases import Phrase, phrase

NEEDED = 20  # agreements, and nothing against them, before a rule may decide by itself
CLEARLY, MUCH_DENSER = 1.2, 1.3


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it says, and which of two files it would keep (None: it says nothing)."""

    words: Phrase
    better: Callable[[Side, Side, Kind], Side | None]

    def choose(self, one: Side, other: Side, kind: Kind) -> Choice | None:
        """Return what the rule would choose; both ways round it keeps the same file."""
        if kind not in SAME or one.is_damaged or other.is_damaged:
            return None
        better = self.better(one, other, kind)
        if better is None:
            return None
        return Choice.ONE if better is one else Choice.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a rule fared: how often people agreed with it, and how often not."""

    agreed: int = 0
    against: int = 0

    @property
    def is_proven(self) -> bool:
        return self.agreed >= NEEDED and not self.against


def _larger(one: Side, other: Side, kind: Kind) -> Side | None:  # noqa: ARG001  rules are alike
    big, small = (one, other) if one.area >= other.area else (other, one)
    fits = big.width >= small.width and big.height >= small.height
    return big if fits and one.mime == other.mime and big.area >= CLEARLY * small.area else None


def _of_same_pixels(one: Side, other: Side, kind: Kind) -> Side | None:
    """Keep what more is tied to: a booru, Immich, its age; else what came first."""
    if kind is not Kind.PIXELS:
        return None

    def worth(side: Side) -> tuple[bool, bool, float, int]:
        age = -side.dated_at.timestamp() if side.dated_at else float("-inf")
        return side.is_known, side.in_immich, age, -side.post_id

    return max(one, other, key=worth)


def _denser(one: Side, other: Side, kind: Kind) -> Side | None:
    if kind is Kind.PIXELS or one.mime != other.mime or one.mime not in LOSSY:
        return None
    big, small = (one, other) if one.size >= other.size else (other, one)
    same = (one.width, one.height) == (other.width, other.height)
    return big if same and big.size >= MUCH_DENSER * small.size else None


def _lossless(one: Side, other: Side, kind: Kind) -> Side | None:  # noqa: ARG001  rules are alike
    if one.is_lossless == other.is_lossless:
        return None
    better, worse = (one, other) if one.is_lossless else (other, one)
    fits = better.width >= worse.width and better.height >= worse.height
    return better if fits and worse.mime in LOSSY else None


RULES: Mapping[str, Rule] = {
    "pixels": Rule(
        phrase("Same pixels: keep the file that a booru or Immich knows, else the older one."),
        _of_same_pixels,
    ),
    "larger": Rule(phrase("Same picture, same format: keep the larger one."), _larger),
    "denser": Rule(
        phrase("Same picture, size and format: keep the clearly less compressed one."), _denser
    ),
    "lossless": Rule(
        phrase("Same picture, not smaller: keep the file that keeps every pixel."), _lossless
    ),
}


def advise(one: Side, other: Side, kind: Kind) -> dict[str, Choice]:
    """Return what each rule would choose that says anything."""
    said = {name: rule.choose(one, other, kind) for name, rule in RULES.items()}
    return {name: choice for name, choice in said.items() if choice is not None}
