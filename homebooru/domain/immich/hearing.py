"""What Immich says of a picture, in the words in which all voices are heard."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from homebooru.domain.fields import Fields, path_in_tags_list, place_at, said_by_fields
from homebooru.domain.immich.assets import AssetDetail, Exif
from homebooru.domain.said import Said

PLACE = ("city", "state", "country")


def said_of(detail: AssetDetail, foreign: tuple[str, ...], echo: Collection[str]) -> Said:
    """Return what Immich says of an asset; the values in `echo` we wrote there ourselves."""
    exif = detail.exif or Exif()
    values = [tag.value for tag in detail.tags if tag.value]
    return said_by_fields(
        Fields(
            paths=tuple(path_in_tags_list(value) for value in values),
            owned=tuple(echo),
            stars=exif.stars,
            description=exif.description or None,
            place=_place(exif),
            taken_at=exif.taken_at,
        ),
        foreign,
    )


def with_ancestors(values: Iterable[str]) -> frozenset[str]:
    """Return paths of tags together with those above them, which Immich makes on its own."""
    parts = (value.split("/") for value in values)
    return frozenset("/".join(path[:depth]) for path in parts for depth in range(1, len(path) + 1))


def _place(exif: Exif) -> str | None:
    names = [exif.facts[name] for name in PLACE if exif.facts.get(name)]
    return ", ".join(names) or place_at(exif.latitude, exif.longitude)
