"""What the outputs of a tagger mean: its own list of tags, in our words."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homebooru.domain.ratings import Rating
from homebooru.domain.tags import Category, SaidTag
from homebooru.errors import ModelUnusable
from homebooru.inference.catalog import Family, Weights
from homebooru.phrases import phrase

RATING, YEAR = "rating", "year"
CATEGORIES = {category.label: category for category in Category}
OF_WD = {1: "artist", 3: "copyright", 4: "character", 5: "meta", 9: RATING, 10: YEAR}
SEEN_META = frozenset(  # what can be seen of a picture; the rest is about its file or its history
    ["traditional_media", "photo_(medium)", "scan", "scan_artifacts", "jpeg_artifacts", "moire"]
)


@dataclass(frozen=True, slots=True)
class Labels:
    """What each output stands for: a tag, None where it is not taken over; and the ratings' places."""

    tags: tuple[SaidTag | None, ...]
    ratings: Mapping[Rating, int]


def read_labels(weights: Weights) -> Labels:
    """Read the list beside the weights; raises ModelUnusable where it makes no sense."""
    read = _of_wd if weights.family is Family.WD else _of_camie
    try:
        named = list(read(weights.labels))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, csv.Error) as error:
        raise ModelUnusable(
            phrase(
                "The list of tags {file} cannot be understood ({error}). Download it again, "
                "together with the weights.",
                file=weights.labels,
                error=f"{type(error).__name__}: {error}",
            )
        ) from error
    ratings = {_rating(name): place for place, (name, kind) in enumerate(named) if kind == RATING}
    return Labels(
        tags=tuple(_said(name, kind) for name, kind in named),
        ratings={rating: place for rating, place in ratings.items() if rating},
    )


def _of_camie(file: Path) -> Iterable[tuple[str, str]]:
    """Yield names and categories, in the order of the outputs."""
    metadata: dict[str, Any] = json.loads(file.read_text("utf-8"))
    mapping = metadata.get("dataset_info", {}).get("tag_mapping", metadata)
    names, kinds = mapping["idx_to_tag"], mapping["tag_to_category"]
    places = names.items() if isinstance(names, dict) else enumerate(names)
    by_place = {int(place): str(name) for place, name in places}
    if sorted(by_place) != list(range(len(by_place))):
        raise ValueError("places are missing")
    return [(by_place[place], str(kinds.get(by_place[place]))) for place in range(len(by_place))]


def _of_wd(file: Path) -> Iterable[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["name"], OF_WD.get(int(row["category"]), "general")


def _rating(name: str) -> Rating | None:
    label = name.removeprefix("rating_").removeprefix("rating:")
    return next((rating for rating in Rating if rating.label == label), None)


def _said(name: str, kind: str) -> SaidTag | None:
    """Return a tag as we keep it; ratings and years are no tags, and most of meta is not visible."""
    if kind in (RATING, YEAR) or (kind == "meta" and name not in SEEN_META):
        return None
    return SaidTag(name, CATEGORIES.get(kind, Category.GENERAL))
