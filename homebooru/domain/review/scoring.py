"""How often models are right, where a booru or a person knows the truth, and what follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from homebooru.domain.claims import Claim, Verdict, decide_tags
from homebooru.domain.policy import Kind, Policy
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

STEPS = 100
"""Into how many steps the sureness of models is cut."""

LIKELY = 1.96
"""How many standard deviations a 95 % interval reaches to either side."""

ENOUGH = 50
"""From how many answers on a threshold follows from them."""

HYSTERESIS = 0.02
"""A threshold that would move by less than this stays."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often something was right and wrong."""

    right: int = 0
    wrong: int = 0

    @property
    def samples(self) -> int:
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        return self.right / self.samples if self.samples else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return between what the true precision lies, 19 times of 20 (Wilson's interval)."""
        if not self.samples:
            return 0.0, 1.0
        n, share, z = self.samples, self.right / self.samples, LIKELY * LIKELY
        middle = (share + z / (2 * n)) / (1 + z / n)
        reach = LIKELY * sqrt(share * (1 - share) / n + z / (4 * n * n)) / (1 + z / n)
        return max(0.0, middle - reach), min(1.0, middle + reach)

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.wrong + other.wrong)


@dataclass(frozen=True, slots=True)
class Curve:
    """The scores of a model in a category, by hundredths of how sure it was."""

    buckets: Mapping[int, Score]

    @property
    def from_on(self) -> Sequence[Score]:
        """Return for each hundredth the score of all that it was at least so sure of."""
        totals = [Score()]
        for step in range(STEPS, -1, -1):
            totals.append(totals[-1] + self.buckets.get(step, Score()))
        return totals[:0:-1]

    def threshold(self, wanted: float) -> float | None:
        """Return from what on at least a wanted share is right, as surely as the samples tell.

        That is the lower end of the interval. None where too little is known; 1 where only what
        the model is altogether sure of could do.
        """
        totals = self.from_on
        if totals[0].samples < ENOUGH:
            return None
        good = (
            step
            for step, score in enumerate(totals)
            if score.samples and score.interval[0] >= wanted
        )
        return next(good, STEPS) / STEPS


def settled(held: float | None, follows: float | None) -> float | None:
    """Return the threshold to hold now: one that hardly moved stays, and so does one that was."""
    if follows is None or (held is not None and abs(follows - held) < HYSTERESIS):
        return held
    return follows


@dataclass(slots=True)
class Measures:
    """What is counted so far; its size follows from the tags and not from the posts."""

    _buckets: Counter[tuple[str, Category, int, bool]] = field(default_factory=Counter)
    _tags: Counter[tuple[str, int, bool, bool]] = field(default_factory=Counter)

    def take(
        self,
        claims: Sequence[Claim],
        verdicts: Iterable[Verdict],
        vocabulary: Vocabulary,
        policy: Policy,
    ) -> None:
        """Count what models say of a post.

        A person's verdict is the truth of its tag; else a booru that knows the post, whose list,
        with what follows from it, is taken to be whole. Of several boorus one is enough.
        """
        decided = decide_tags(verdicts, vocabulary)
        listed = _listed(claims, vocabulary, policy)
        if listed is None and not decided:
            return

        def truth(tag: int) -> bool | None:
            return decided.get(tag, None if listed is None else tag in listed)

        for claim in claims:
            if policy.voice(claim.source).kind is Kind.MODEL:
                self._take(claim, truth, vocabulary, policy)

    def _take(
        self,
        claim: Claim,
        truth: Callable[[int], bool | None],
        vocabulary: Vocabulary,
        policy: Policy,
    ) -> None:
        for tag, sure in _meant(claim, vocabulary).items():
            if (right := truth(tag)) is not None:
                category = vocabulary.category(tag)
                self._buckets[claim.source, category, bucket_of(sure), right] += 1
                if sure >= policy.floor(claim.source, category):
                    is_sure = sure >= policy.threshold(claim.source, category)
                    self._tags[claim.source, tag, is_sure, right] += 1

    def buckets(self) -> dict[tuple[str, Category, int], Score]:
        """Return the scores by model, category and step of sureness."""
        keys = {(source, category, step) for source, category, step, _ in self._buckets}
        count = self._buckets
        return {key: Score(count[*key, True], count[*key, False]) for key in sorted(keys)}

    def tags(self) -> dict[tuple[str, int], tuple[Score, Score]]:
        """Return the scores by model and tag: from the floor on, and from the threshold on."""
        found = {}
        for source, tag in sorted({(source, tag) for source, tag, _, _ in self._tags}):
            unsure, sure = (
                Score(*(self._tags[source, tag, is_sure, right] for right in (True, False)))
                for is_sure in (False, True)
            )
            found[source, tag] = unsure + sure, sure
        return found


def bucket_of(sure: float) -> int:
    """Return the hundredth that somebody is sure by; a hair below it, as floats are, is in it."""
    return min(int(sure * STEPS + 1e-4), STEPS)


def _listed(
    claims: Iterable[Claim], vocabulary: Vocabulary, policy: Policy
) -> frozenset[int] | None:
    boorus = [
        claim
        for claim in claims
        if policy.voice(claim.source).kind is Kind.BOORU and policy.trust(claim.source) > 0
    ]
    if not boorus:
        return None
    return vocabulary.close(vocabulary.resolve(t) for claim in boorus for t in claim.tag_ids)


def _meant(claim: Claim, vocabulary: Vocabulary) -> dict[int, float]:
    """Return what a model says, each meaning once, as sure as its surest name."""
    best: dict[int, float] = {}
    for said, sure in claim.guesses():
        tag = vocabulary.resolve(said)
        best[tag] = max(sure, best.get(tag, 0.0))
    return best
