"""What a post's row keeps of its effective state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.claims import Effective
from homebooru.domain.said import Particulars
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary import Vocabulary

MOST = 32_767  # what a count per category can hold
MOST_SUGGESTIONS = 20  # the surest ones
OWN = "post:"  # before the id of a post of ours, where a parent is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived(Particulars):
    """The columns of a post that follow from what is said and decided; named like them."""

    tag_ids: tuple[int, ...] = ()
    suggestion_ids: tuple[int, ...] = ()
    surety: int | None = None
    disagrees: bool = False
    general_count: int = 0
    artist_count: int = 0
    copyright_count: int = 0
    character_count: int = 0
    species_count: int = 0
    meta_count: int = 0
    lore_count: int = 0
    rating_by: str | None = None
    parent_id: int | None = None
    score: int | None = None
    dated_at: datetime | None = None
    trashed_at: datetime | None = None
    reviewed_at: datetime | None = None


def derived(
    outcome: Effective, vocabulary: Vocabulary, *, parent_id: int | None, oldest: datetime | None
) -> Derived:
    """Return what the row keeps; `oldest` is the time of the oldest of the post's files."""
    found = Counter(vocabulary.category(tag) for tag in outcome.tag_ids)
    return Derived(
        tag_ids=tuple(sorted(outcome.tag_ids)),
        suggestion_ids=tuple(one.tag_id for one in outcome.suggestions[:MOST_SUGGESTIONS]),
        surety=outcome.surety,
        disagrees=outcome.disagrees,
        **{f"{category.label}_count": min(found[category], MOST) for category in Category},
        rating=outcome.rating,
        rating_by=outcome.rating_by,
        parent_id=parent_id,
        sources=outcome.sources,
        score=outcome.score,
        stars=outcome.stars,
        description=outcome.description,
        place=outcome.place,
        taken_at=outcome.taken_at,
        dated_at=outcome.taken_at or oldest,
        trashed_at=outcome.trashed_at,
        reviewed_at=outcome.reviewed_at,
    )


def own(post_id: int) -> str:
    """Return how a post of ours is named as a parent."""
    return f"{OWN}{post_id}"


def own_parent(parent: str | None) -> int | None:
    """Return the id in `post:ID`; a parent on another site has none here."""
    number = (parent or "").removeprefix(OWN)
    is_own = (parent or "").startswith(OWN) and number.isascii() and number.isdigit()
    return int(number) if is_own and len(number) < 10 else None
