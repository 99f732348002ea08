"""What can be changed on an Immich server, within its limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from homebooru.domain.immich.assets import Visibility

MOST_PAIRS = 32_767
"""Tags times assets that one call may name; with more of them Immich fails."""
MOST_TAGGED = 100
"""Assets that one call tags: Immich works on them one by one while we wait."""
MOST_NAMED = 1000
"""Assets that any other call names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetChange:
    """What is to be different about assets; None leaves it as it is, no stars are 0."""

    favourite: bool | None = None
    visibility: Visibility | None = None
    description: str | None = None
    stars: int | None = None


class Refusal(StrEnum):
    """Why one of several assets was left out of a change; the names are Immich's."""

    DUPLICATE = "duplicate"  # it is so already
    NOT_FOUND = "not_found"
    NO_PERMISSION = "no_permission"
    OTHER = "unknown"


class ThumbnailSize(StrEnum):
    """Sizes in which Immich keeps pictures: 250 pixels, or 1440."""

    SMALL = "thumbnail"
    LARGE = "preview"
