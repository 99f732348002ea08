"""Ratings: how explicit a picture is."""

from __future__ import annotations

from enum import StrEnum


class Rating(StrEnum):
    """Danbooru's four steps, in rising order; the letters are stored."""

    GENERAL = "g"
    SENSITIVE = "s"
    QUESTIONABLE = "q"
    EXPLICIT = "e"

    @property
    def label(self) -> str:
        return self.name.lower()
