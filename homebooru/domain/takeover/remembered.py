"""What is taken over of one picture: what others said of it, and what a person did with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.takeover.known import Acts, Heard
from homebooru.domain.words import said_from_json, said_to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A picture, by a digest of its file in hexadecimal; `pools` are ids and places in them."""

    digest: str
    written_at: datetime
    heard: tuple[Heard, ...] = ()
    acts: Acts = Acts()
    pools: tuple[tuple[int, int], ...] = ()
    favourite: bool = False


def to_json(one: Remembered) -> dict[str, Any]:
    """Spell what is taken over for a JSON column."""
    return {
        "heard": [
            {
                "source": heard.source,
                "outcome": heard.outcome,
                "said": None if heard.said is None else said_to_json(heard.said),
                "remote_id": heard.remote_id,
                "similarity": heard.similarity,
                "answer": heard.answer,
            }
            for heard in one.heard
        ],
        "added": sorted(one.acts.added),
        "removed": sorted(one.acts.removed),
        "rating": one.acts.rating,
        "pools": [list(place) for place in one.pools],
        "favourite": one.favourite,
    }


def from_json(digest: str, written_at: datetime, kept: Mapping[str, Any]) -> Remembered:
    """Return what `to_json` was given."""
    rating = kept["rating"]
    return Remembered(
        digest=digest,
        written_at=written_at,
        heard=tuple(_heard(row) for row in kept["heard"]),
        acts=Acts(
            frozenset(kept["added"]),
            frozenset(kept["removed"]),
            None if rating is None else Rating(rating),
        ),
        pools=tuple((pool, place) for pool, place in kept["pools"]),
        favourite=kept["favourite"],
    )


def _heard(row: Mapping[str, Any]) -> Heard:
    outcome, said = row["outcome"], row["said"]
    return Heard(
        source=row["source"],
        outcome=None if outcome is None else Outcome(outcome),
        said=None if said is None else said_from_json(said),
        remote_id=row["remote_id"],
        similarity=row["similarity"],
        answer=row["answer"],
    )
