"""What the names of tags in a search mean, and what those may mean that mean nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.tags import find_tags, load_vocabulary
from homebooru.db.tables import TagRow
from homebooru.domain.posts import UnknownTag
from homebooru.domain.scope import Scope
from homebooru.search.columns import like

if TYPE_CHECKING:
    from homebooru.search.finding import Finding

CANDIDATES = 1_000
FINALISTS = 12
LIKENESS = 0.6
GUESSES = 10  # names for which others are looked for; each takes a look at all tags
SLIPS = 3  # letters by which two names may differ


def meanings(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return which tag each name means, aliases resolved; names of no tag are left out."""
    ids = find_tags(session, names)
    vocabulary = load_vocabulary(session, ids.values())
    return {name: vocabulary.resolve(tag_id) for name, tag_id in ids.items()}


def fitting_tags(session: Session, patterns: Iterable[str]) -> dict[str, list[int]]:
    """Return the tags whose names fit each pattern."""
    return {
        pattern: list(session.scalars(sa.select(TagRow.id).where(TagRow.name.like(like(pattern)))))
        for pattern in dict.fromkeys(patterns)
        if pattern != "*"  # that is any tag at all
    }


def unknown_tags(
    finding: Finding, places: Mapping[str, int], known: Mapping[str, int], scope: Scope
) -> tuple[UnknownTag, ...]:
    """Return the tags of a search that no post has which the asker may see."""
    used = finding.seen_tags(set(known.values()), scope)
    return tuple(
        UnknownTag(name, position)
        for name, position in places.items()
        if known.get(name) not in used
    )


def with_nearest(
    session: Session, finding: Finding, unknown: Sequence[UnknownTag], scope: Scope
) -> tuple[UnknownTag, ...]:
    """Return unknown tags, the first ones with those that may have been meant, by the tables alone.

    That takes its time, so an index is not to be held meanwhile.
    """
    guessed = (
        replace(tag, nearest=_nearest(session, finding, tag.name, scope))
        for tag in unknown[:GUESSES]
    )
    return (*guessed, *unknown[GUESSES:])


def _nearest(session: Session, finding: Finding, name: str, scope: Scope) -> tuple[str, ...]:
    """Return up to three names that look most like this one, the best first."""
    names = likest(name, _candidates(session, name))
    ids = find_tags(session, names)
    used = finding.seen_tags(ids.values(), scope)
    return tuple(candidate for candidate in names if ids[candidate] in used)[:3]


def likest(name: str, candidates: Iterable[str]) -> list[str]:
    """Return the names that look most like this one, those with the fewest slips first."""
    alike = (
        (likeness, candidate)
        for candidate in candidates
        if (likeness := _likeness(name, candidate)) >= LIKENESS
    )
    best = sorted(alike, key=lambda pair: (-pair[0], pair[1]))[:FINALISTS]
    return sorted((candidate for _, candidate in best), key=partial(slips, name))


def slips(one: str, other: str) -> int:
    """Return how many letters were changed, dropped, added or swapped with the next one."""
    before, row = list[int](), list(range(len(other) + 1))
    for place, letter in enumerate(one):
        earlier, before, row = before, row, [place + 1]
        for at, wanted in enumerate(other):
            row.append(min(before[at + 1] + 1, row[at] + 1, before[at] + (letter != wanted)))
            if place and at and (letter, one[place - 1]) == (other[at - 1], wanted):
                row[-1] = min(row[-1], earlier[at - 1] + 1)
    return row[-1]


def _candidates(session: Session, name: str) -> list[str]:
    """Return names that are about as long and made of much the same letters.

    Slips change, drop, add or swap letters anywhere in a name, its beginning included. Those
    with the fewest letters that the other lacks come first, then the most used ones.
    """
    lengths = sa.func.length(TagRow.name).between(len(name) - SLIPS, len(name) + SLIPS)
    strange = sa.func.length(sa.func.translate(TagRow.name, name, ""))
    lacking = sa.func.length(sa.func.translate(name, TagRow.name, ""))
    return list(
        session.scalars(
            sa.select(TagRow.name)
            .where(lengths, strange <= SLIPS, lacking <= SLIPS)
            .order_by(strange + lacking, TagRow.count.desc(), TagRow.name)
            .limit(CANDIDATES)
        )
    )


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
