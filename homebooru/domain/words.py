"""The words found with a file: who speaks them, how voices unite, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.tags import Category, SaidTag

T = TypeVar("T")

SOURCES = ("embedded", "xmp", "gallery-dl", "text", "immich")
"""Who speaks: the file itself, its XMP sidecar, gallery-dl's JSON, a text file; Immich."""

TELLING = (
    None,
    Category.GENERAL,
    Category.META,
    Category.LORE,
    Category.SPECIES,
    Category.COPYRIGHT,
    Category.CHARACTER,
    Category.ARTIST,
)
"""Categories by how much they tell; general often only means that nobody looked closer."""

STRICTNESS = tuple(Rating)


def union(voices: Sequence[Said]) -> Said:
    """Unite what several voices say; neither their order nor repetition changes the outcome.

    Tags are those that anybody names, each in the most telling category and with the highest
    confidence. The strictest rating, the highest score and stars, the earliest date and the
    longest texts win; between equals, the one that comes first in the alphabet.
    """
    sure = _tags(voices)
    tags = tuple(SaidTag(name, category) for name, (category, _) in sorted(sure.items()))
    confidences = tuple(confidence for _, (_, confidence) in sorted(sure.items()))
    return Said(
        tags=tags,
        confidences=None if all(one == 1 for one in confidences) else confidences,
        rating=max(_given(v.rating for v in voices), key=STRICTNESS.index, default=None),
        parent=min(_given(v.parent for v in voices), default=None),
        sources=tuple(sorted({source for v in voices for source in v.sources})),
        md5=min(_given(v.md5 for v in voices), default=None),
        remote_ids=tuple(sorted({remote_id for v in voices for remote_id in v.remote_ids})),
        score=max(_given(v.score for v in voices), default=None),
        stars=max(_given(v.stars for v in voices), default=None),
        description=_longest(v.description for v in voices),
        place=_longest(v.place for v in voices),
        taken_at=min(_given(v.taken_at for v in voices), default=None),
    )


def _tags(voices: Sequence[Said]) -> dict[str, tuple[Category | None, float]]:
    united: dict[str, tuple[Category | None, float]] = {}
    for voice in voices:
        for tag, confidence in zip(voice.tags, _confidences(voice), strict=True):
            category, sure = united.get(tag.name, (None, 0.0))
            more_telling = max(category, tag.category, key=TELLING.index)
            united[tag.name] = more_telling, max(sure, confidence)
    return united


def _confidences(voice: Said) -> Sequence[float]:
    return [1.0] * len(voice.tags) if voice.confidences is None else voice.confidences


def _given(values: Iterable[T | None]) -> list[T]:
    return [value for value in values if value is not None]


def _longest(texts: Iterable[str | None]) -> str | None:
    return min(_given(texts), key=lambda text: (-len(text), text), default=None)


def said_to_json(said: Said) -> dict[str, Any]:
    """Spell `said` for a JSON column, leaving out what it does not say."""
    kept: dict[str, Any] = {
        "tags": [[tag.name, tag.category] for tag in said.tags] or None,
        "confidences": None if said.confidences is None else list(said.confidences),
        "rating": said.rating,
        "parent": said.parent,
        "sources": list(said.sources) or None,
        "md5": said.md5,
        "remote_ids": list(said.remote_ids) or None,
        "score": said.score,
        "stars": said.stars,
        "description": said.description,
        "place": said.place,
        "taken_at": said.taken_at and said.taken_at.isoformat(),
    }
    return {key: value for key, value in kept.items() if value is not None}


def said_from_json(kept: Mapping[str, Any]) -> Said:
    """Return what `said_to_json` was given."""
    rating, taken_at, confidences = (kept.get(k) for k in ("rating", "taken_at", "confidences"))
    return Said(
        tags=tuple(SaidTag(name, _category(number)) for name, number in kept.get("tags", ())),
        confidences=None if confidences is None else tuple(confidences),
        rating=None if rating is None else Rating(rating),
        parent=kept.get("parent"),
        sources=tuple(kept.get("sources", ())),
        md5=kept.get("md5"),
        remote_ids=tuple(kept.get("remote_ids", ())),
        score=kept.get("score"),
        stars=kept.get("stars"),
        description=kept.get("description"),
        place=kept.get("place"),
        taken_at=None if taken_at is None else datetime.fromisoformat(taken_at),
    )


def _category(number: int | None) -> Category | None:
    return None if number is None else Category(number)
