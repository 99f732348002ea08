"""What can be decided about two posts, and what follows from that for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from homebooru.domain.claims import About
from homebooru.domain.editing.words import Change, Held

Pair = tuple[int, int]
OWN = frozenset({About.TRASH, About.PARENT, About.REVIEWED})
"""What is said of a file and its place, not of what it shows."""


class Choice(StrEnum):
    """What somebody decides about two posts; ONE and OTHER say which is the better file."""

    ONE = "one"
    OTHER = "other"
    BOTH = "both"
    VARIANTS = "variants"
    UNRELATED = "unrelated"


class Fate(StrEnum):
    """What becomes of the lesser of two files."""

    TRASH = "trash"
    HIDE = "hide"
    STAY = "stay"


ONE_PICTURE = frozenset({Choice.ONE, Choice.OTHER, Choice.BOTH})


def inherited(kept: Held, lost: Held, *, but: frozenset[About] = frozenset()) -> tuple[Change, ...]:
    """Return how what people said of one post becomes said of another that shows the same.

    Of two words on one thing the newer stands, with its time and its author.
    """
    newer = {
        about: word
        for about, word in lost.items()
        if about not in but and (about not in kept or kept[about].made_at < word.made_at)
    }
    return tuple(Change(about, kept.get(about), word) for about, word in newer.items())


class Settled:
    """What is known of any two posts once something was decided about some pairs.

    Two that are one picture with a third are one picture; what is a variant of the one, or
    unrelated to it, is that to the other too.
    """

    def __init__(self, decided: Mapping[Pair, Choice]) -> None:
        self._leaders: dict[int, int] = {}
        for (one, other), choice in decided.items():
            if choice in ONE_PICTURE:
                self._leaders[self._leader(other)] = self._leader(one)
        self._apart = {
            frozenset(map(self._leader, pair)): choice
            for pair, choice in decided.items()
            if choice not in ONE_PICTURE
        }

    def of(self, one: int, other: int) -> Choice | None:
        """Return what follows for two posts; None where nothing does."""
        leaders = frozenset((self._leader(one), self._leader(other)))
        return Choice.BOTH if len(leaders) == 1 else self._apart.get(leaders)

    def following(self, pairs: Iterable[Pair]) -> dict[Pair, Choice]:
        """Return those pairs about which something follows."""
        known = {pair: self.of(*pair) for pair in pairs}
        return {pair: choice for pair, choice in known.items() if choice is not None}

    def _leader(self, post: int) -> int:
        while (leader := self._leaders.get(post, post)) != post:
            post = leader
        return post
