"""The rule: what is true of a post, given all that is said about it and decided on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from typing import TypeVar

from homebooru.domain.policy import PERSON, Kind, Policy
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Particulars, Testimony
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

T = TypeVar("T")

SURE = 10_000
YES = "yes"  # the word that marks a post
HIDDEN = "hidden"  # the word of a post that is trash, but whose files stay where they are
NAMING = (Category.ARTIST, Category.COPYRIGHT, Category.CHARACTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Testimony):
    """What a source says of a post now; tags as said."""

    source: str
    tag_ids: tuple[int, ...] = ()

    def guesses(self) -> Iterable[tuple[int, float]]:
        """Yield the tags with how sure the source is of each; 1 where it says nothing of that."""
        return zip(self.tag_ids, self.confidences or (1.0,) * len(self.tag_ids), strict=True)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on one tag, as they said it."""

    tag_id: int
    yes: bool
    made_at: datetime


class About(StrEnum):
    """What else of a post a person can decide."""

    RATING = "rating"
    PARENT = "parent"
    SOURCE = "source"
    STARS = "stars"
    DESCRIPTION = "description"
    TRASH = "trash"
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True)
class PostVerdict:
    """A person's word on a post: None says that there is none. Sources are one to a line."""

    about: About
    value: str | None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag that a model thinks of, not sure enough to be believed."""

    tag_id: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Contradictions:
    """What voices say against each other, and no person has settled.

    `guesses` are tags that a model would be believed in, but for a booru that knows the post
    without them; `namings` the categories in which boorus name quite other tags; `ratings` tells
    whether those by boorus and models lie more than one step apart.
    """

    guesses: tuple[int, ...] = ()
    namings: tuple[Category, ...] = ()
    ratings: bool = False

    def __bool__(self) -> bool:
        return bool(self.guesses or self.namings or self.ratings)


NO_CONTRADICTIONS = Contradictions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective(Particulars):
    """What is true of a post as far as anybody knows.

    `surety` is how sure its least sure tag is, in ten-thousandths, each as sure as its surest
    voice; None where nobody says a tag of it.
    """

    tag_ids: frozenset[int] = frozenset()
    suggestions: tuple[Suggestion, ...] = ()
    surety: int | None = None
    contradictions: Contradictions = NO_CONTRADICTIONS
    rating_by: str | None = None
    parent: str | None = None
    score: int | None = None
    trashed_at: datetime | None = None
    reviewed_at: datetime | None = None

    @property
    def disagrees(self) -> bool:
        """Tell whether there are open contradictions."""
        return bool(self.contradictions)


def effective(
    claims: Iterable[Claim],
    verdicts: Iterable[Verdict | PostVerdict],
    vocabulary: Vocabulary,
    policy: Policy,
) -> Effective:
    """Derive what is true of a post. The order of what is given does not matter.

    A verdict decides its tag for ever; else a tag is in where any claim of it is accepted; what
    is in brings what it implies, never through or into a rejected tag. Everything that there
    can be but one of is the most trusted voice's (equals: by name).
    """
    verdicts = tuple(verdicts)
    decided = decide_tags((v for v in verdicts if isinstance(v, Verdict)), vocabulary)
    rejected = frozenset(tag for tag, yes in decided.items() if not yes)
    heard = _heard(claims, policy)
    believed = _believed(heard, policy)
    accepted = {
        vocabulary.resolve(tag)
        for claim in believed
        for tag in _accepted(claim, vocabulary, policy)
    }
    tags = vocabulary.close(accepted | {tag for tag, yes in decided.items() if yes}, rejected)
    words = {v.about: v.value for v in verdicts if isinstance(v, PostVerdict)}
    voices = [claim for claim in believed if _is_sure(claim, policy)]
    rating, rating_by = _rating(voices, words)
    suggestions = _suggestions(heard, tags | rejected, vocabulary, policy)
    return Effective(
        tag_ids=tags,
        suggestions=suggestions,
        surety=_surety(heard, tags, decided, vocabulary),
        contradictions=Contradictions(
            guesses=_surely_suggested(heard, suggestions, vocabulary, policy),
            namings=_quarrels(heard, decided, vocabulary, policy),
            ratings=About.RATING not in words and _ratings_disagree(heard, policy),
        ),
        rating=rating,
        rating_by=rating_by,
        parent=words.get(About.PARENT, _first(voices, lambda claim: claim.parent)),
        sources=_sources(voices, words),
        score=_first(voices, lambda claim: claim.score),
        stars=_stars(voices, words),
        description=words.get(About.DESCRIPTION, _first(voices, lambda claim: claim.description)),
        place=_first(voices, lambda claim: claim.place),
        taken_at=_first(voices, lambda claim: claim.taken_at),
        trashed_at=_since(About.TRASH, verdicts),
        reviewed_at=_since(About.REVIEWED, verdicts),
    )


def decide_tags(verdicts: Iterable[Verdict], vocabulary: Vocabulary) -> dict[int, bool]:
    """Return what people decided, by meaning: the newest verdict of those that mean the same."""
    in_time = sorted(verdicts, key=lambda verdict: (verdict.made_at, verdict.tag_id))
    return {vocabulary.resolve(verdict.tag_id): verdict.yes for verdict in in_time}


def _heard(claims: Iterable[Claim], policy: Policy) -> list[Claim]:
    """Return the claims of trusted sources, the most trusted one first."""
    heard = [claim for claim in claims if policy.trust(claim.source) > 0]
    return sorted(heard, key=lambda claim: (-policy.trust(claim.source), claim.source))


def _believed(heard: Sequence[Claim], policy: Policy) -> list[Claim]:
    """Leave out the models where a booru knows the post: there they are no rivals.

    Nor are reverse searches, which led there, or say what they remember of it.
    """
    kinds = {policy.voice(claim.source).kind for claim in heard}
    if Kind.BOORU not in kinds:
        return list(heard)
    rivals = {Kind.REVERSE} if policy.models_join_boorus else {Kind.REVERSE, Kind.MODEL}
    return [claim for claim in heard if policy.voice(claim.source).kind not in rivals]


def _accepted(claim: Claim, vocabulary: Vocabulary, policy: Policy) -> Iterable[int]:
    for tag, sure in claim.guesses():
        category = vocabulary.category(vocabulary.resolve(tag))
        if sure >= policy.threshold(claim.source, category):
            yield tag


def _is_sure(claim: Claim, policy: Policy) -> bool:
    """Tell whether what a reverse search found is likely to be this picture at all."""
    voice = policy.voice(claim.source)
    return voice.kind is not Kind.REVERSE or all(
        sure >= voice.likeness for _, sure in claim.guesses()
    )


def _suggestions(
    heard: Sequence[Claim], settled: frozenset[int], vocabulary: Vocabulary, policy: Policy
) -> tuple[Suggestion, ...]:
    """Return what machines think of and is neither in nor rejected, the surest first.

    Where a booru knows the post, what is remembered of it elsewhere is not asked.
    """
    best: dict[int, float] = {}
    asked = policy.suggesting(claim.source for claim in heard)
    for claim in heard:
        for said, sure in claim.guesses():
            tag = vocabulary.resolve(said)
            floor = policy.floor(claim.source, vocabulary.category(tag))
            if claim.source in asked and tag not in settled and sure >= floor:
                best[tag] = max(sure, best.get(tag, 0.0))
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Suggestion(tag, sure) for tag, sure in ranked)


def _surety(
    heard: Iterable[Claim],
    tags: frozenset[int],
    decided: Mapping[int, bool],
    vocabulary: Vocabulary,
) -> int | None:
    certain = {tag for tag, yes in decided.items() if yes}
    best: dict[int, float] = {}
    for claim in heard:
        if claim.confidences is None:
            certain.update(map(vocabulary.resolve, claim.tag_ids))
        else:
            for said, sure in claim.guesses():
                tag = vocabulary.resolve(said)
                best[tag] = max(sure, best.get(tag, 0.0))
    certain &= tags
    unsure = [sure for tag, sure in best.items() if tag in tags and tag not in certain]
    if unsure:
        return round(SURE * min(unsure))
    return SURE if certain else None


def _surely_suggested(
    heard: Iterable[Claim],
    suggestions: Iterable[Suggestion],
    vocabulary: Vocabulary,
    policy: Policy,
) -> tuple[int, ...]:
    """Return the tags that a model would be believed in, but for a booru that knows the post.

    A booru's list is taken to be whole: there, what is not in it is not on the picture.
    """
    ranked = [suggestion.tag_id for suggestion in suggestions]
    if not ranked:
        return ()
    sure = {
        vocabulary.resolve(tag)
        for claim in heard
        if policy.voice(claim.source).kind is Kind.MODEL
        for tag in _accepted(claim, vocabulary, policy)
    }
    return tuple(tag for tag in ranked if tag in sure)


def _quarrels(
    heard: Iterable[Claim], decided: Mapping[int, bool], vocabulary: Vocabulary, policy: Policy
) -> tuple[Category, ...]:
    """Return in what two boorus name quite other artists, copyrights or characters.

    Where one says more than the other, or something more precise, they agree; and a person who
    decided on a tag that either names has settled it.
    """
    boorus = [claim for claim in heard if policy.voice(claim.source).kind is Kind.BOORU]
    if len(boorus) < 2:
        return ()
    return tuple(
        category
        for category in NAMING
        if any(
            _differ(one, other, decided, vocabulary)
            for one, other in combinations((named(c, category, vocabulary) for c in boorus), 2)
        )
    )


def named(claim: Claim, category: Category, vocabulary: Vocabulary) -> set[int]:
    """Return the tags of a category that a claim says, by what they mean."""
    meanings = map(vocabulary.resolve, claim.tag_ids)
    return {tag for tag in meanings if vocabulary.category(tag) is category}


def _differ(
    one: set[int], other: set[int], decided: Mapping[int, bool], vocabulary: Vocabulary
) -> bool:
    if not one or not other or not decided.keys().isdisjoint(one | other):
        return False
    return vocabulary.close(one).isdisjoint(vocabulary.close(other))


def _ratings_disagree(heard: Iterable[Claim], policy: Policy) -> bool:
    """Tell whether ratings by boorus and models lie more than one step apart."""
    steps = [
        list(Rating).index(claim.rating)
        for claim in heard
        if claim.rating is not None and policy.voice(claim.source).kind in (Kind.BOORU, Kind.MODEL)
    ]
    return bool(steps) and max(steps) - min(steps) > 1


def _rating(
    voices: Sequence[Claim], words: dict[About, str | None]
) -> tuple[Rating | None, str | None]:
    if About.RATING in words:
        value = words[About.RATING]
        return (Rating(value) if value else None), PERSON
    return next(((c.rating, c.source) for c in voices if c.rating is not None), (None, None))


def _stars(voices: Sequence[Claim], words: dict[About, str | None]) -> int | None:
    if About.STARS in words:
        value = words[About.STARS]
        return int(value) if value else None
    return _first(voices, lambda claim: claim.stars)


def _sources(voices: Sequence[Claim], words: dict[About, str | None]) -> tuple[str, ...]:
    """Return a person's list, else everybody's, in the order of trust."""
    if About.SOURCE in words:
        return tuple(dict.fromkeys((words[About.SOURCE] or "").splitlines()))
    return tuple(dict.fromkeys(url for claim in voices for url in claim.sources))


def _since(mark: About, verdicts: Iterable[Verdict | PostVerdict]) -> datetime | None:
    """Return when somebody marked a post so, None where nobody did."""
    words = (v for v in verdicts if isinstance(v, PostVerdict) and v.about is mark and v.value)
    return next((word.made_at for word in words), None)


def _first(voices: Iterable[Claim], read: Callable[[Claim], T | None]) -> T | None:
    return next((value for claim in voices if (value := read(claim)) is not None), None)
