"""Whose word on a post may go to other programs, and which of many general tags go first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from homebooru.domain.claims import Claim, PostVerdict, Verdict, decide_tags
from homebooru.domain.outgoing.profile import Profile
from homebooru.domain.policy import PERSONS_TRUST, Kind, Policy
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary


def heard(
    claims: Iterable[Claim], profile: Profile, policy: Policy, vocabulary: Vocabulary
) -> list[Claim]:
    """Return what sources say that may go without a person's word."""
    allowed = [one for one in claims if policy.voice(one.source).kind in profile.kinds]
    return [_measured(one, policy, vocabulary) for one in allowed]


def words(
    verdicts: Iterable[Verdict | PostVerdict], profile: Profile
) -> list[Verdict | PostVerdict]:
    """Return what people said that may go unreviewed; their *no* always counts."""
    return [
        word for word in verdicts if profile.people or (isinstance(word, Verdict) and not word.yes)
    ]


def trust(
    claims: Iterable[Claim],
    verdicts: Iterable[Verdict | PostVerdict],
    vocabulary: Vocabulary,
    policy: Policy,
) -> dict[int, float]:
    """Return how far the most trusted voice is trusted that says a tag, or what it follows from."""
    said: dict[int, float] = {}
    for claim in sorted(claims, key=lambda claim: policy.trust(claim.source)):
        for tag, sure in claim.guesses():
            meaning = vocabulary.resolve(tag)
            if sure >= policy.threshold(claim.source, vocabulary.category(meaning)):
                said[meaning] = policy.trust(claim.source)
    people = decide_tags((one for one in verdicts if isinstance(one, Verdict)), vocabulary)
    said |= {tag: PERSONS_TRUST for tag, yes in people.items() if yes}
    best: dict[int, float] = {}
    for tag, voice in said.items():
        for meant in vocabulary.close([tag]):
            best[meant] = max(voice, best.get(meant, 0.0))
    return best


def foremost(
    tags: Iterable[int], most: int, trusted: Mapping[int, float], counts: Mapping[int, int]
) -> frozenset[int]:
    """Return at most so many tags (0: all), the most trusted first, then the rarest."""
    ranked = sorted(tags, key=lambda tag: (-trusted.get(tag, 0.0), counts.get(tag, 0), tag))
    return frozenset(ranked[: most or None])


def _measured(claim: Claim, policy: Policy, vocabulary: Vocabulary) -> Claim:
    """Leave of a model's tags those in which it was found to be right as often as is wanted."""
    if policy.voice(claim.source).kind is not Kind.MODEL:
        return claim
    kept = [
        (tag, sure)
        for tag, sure in claim.guesses()
        if _is_measured(claim.source, vocabulary.category(vocabulary.resolve(tag)), policy)
    ]
    return replace(
        claim,
        tag_ids=tuple(tag for tag, _ in kept),
        confidences=tuple(sure for _, sure in kept),
    )


def _is_measured(source: str, category: Category, policy: Policy) -> bool:
    return (source, category) in policy.followed and policy.precision(source, category) is not None
