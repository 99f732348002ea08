"""What a reverse search finds: pictures that look alike, and how much of it counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from homebooru.domain.lookups.outcomes import Found, Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import SaidTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A picture elsewhere: how alike it is (0 to 1), where it is seen, and what is said of it.

    `posts` are the boorus that show it, each with the number of its post there.
    """

    similarity: float
    address: str | None = None
    posts: Mapping[str, str] = field(default_factory=dict)
    artists: tuple[SaidTag, ...] = ()
    tags: tuple[SaidTag, ...] = ()
    rating: Rating | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a reverse search answered about one picture; `answer` is what it sent of that.

    `refused` tells that it does not take this picture, however often it is asked.
    """

    matches: tuple[Match, ...] = ()
    refused: bool = False
    answer: Mapping[str, Any] | None = field(default=None, repr=False)


def alike(matches: Iterable[Match], least: float) -> list[Match]:
    """Return those that are at least so alike, the most alike first."""
    return sorted((one for one in matches if one.similarity >= least), key=lambda m: -m.similarity)


def said_of(matches: Sequence[Match], sure: float) -> Said | None:
    """Return what is said of a picture by those that are alike (`sure`: so that it counts).

    The most alike that names an artist names them for all: others spell them another way. Where
    none is alike enough, only tags are said, for people to judge.
    """
    counted = [one for one in matches if one.similarity >= sure]
    heard = counted or matches
    said = {
        tag: match.similarity
        for tags in (_first(heard, lambda one: one.artists), _first(heard, lambda one: one.tags))
        for match, found in tags
        for tag in found
    }
    sources = tuple(dict.fromkeys(source for one in counted for source in one.sources))
    if not said and not sources:
        return None
    return Said(
        tags=tuple(said),
        confidences=tuple(said.values()),
        rating=next((one.rating for one in counted if one.rating), None),
        sources=sources,
        remote_ids=tuple(f"{site}:{number}" for site, number in first_posts(counted).items()),
    )


def first_posts(matches: Iterable[Match]) -> dict[str, str]:
    """Return for each booru the post there that is the most alike."""
    posts: dict[str, str] = {}
    for match in matches:
        posts = {**match.posts, **posts}
    return posts


def _first(
    matches: Iterable[Match], read: Callable[[Match], tuple[SaidTag, ...]]
) -> list[tuple[Match, tuple[SaidTag, ...]]]:
    return next(([(one, read(one))] for one in matches if read(one)), [])


def judged(finding: Finding, *, sure: float, hint: float, boorus: Collection[str] = ()) -> Found:
    """Return what a finding comes to: from `sure` on it counts, from `hint` on it is worth a look.

    It leads to the one of these `boorus`, the most trusted first, that shows the most alike.
    """
    if finding.refused:
        return Found(outcome=Outcome.REFUSED, answer=finding.answer)
    close = alike(finding.matches, hint)
    if not close:
        return Found(outcome=Outcome.MISS, answer=finding.answer)
    best = close[0].similarity
    return Found(
        outcome=Outcome.HIT if best >= sure else Outcome.HINT,
        remote_id=close[0].address,
        said=said_of(close, sure),
        similarity=best,
        leads=_lead(alike(close, sure), boorus),
        answer=finding.answer,
    )


def _lead(matches: Iterable[Match], boorus: Collection[str]) -> dict[str, str]:
    """Return the one post that is worth a request, as a booru and the number there."""
    for match in matches:
        for booru in boorus:
            if booru in match.posts:
                return {booru: match.posts[booru]}
    return {}
