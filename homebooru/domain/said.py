"""What one voice says of a post: a sidecar, a booru, a model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homebooru.domain.ratings import Rating
from homebooru.domain.tags import SaidTag


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What there is to say of a picture besides its tags; `sources` are where it comes from."""

    rating: Rating | None = None
    sources: tuple[str, ...] = ()
    stars: int | None = None
    description: str | None = None
    place: str | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony(Particulars):
    """What a source can say of a post, however its tags are told.

    `confidences` (0 to 1) runs beside the tags, or is None where the source is certain. `parent`
    and `remote_ids`, the posts of other sites that show the same picture, are `site:id`. `md5`
    (in hexadecimal) is that of the file as the source knows it; ours may have changed since.
    `taken_at` is aware.
    """

    confidences: tuple[float, ...] | None = None
    parent: str | None = None
    md5: str | None = None
    remote_ids: tuple[str, ...] = ()
    score: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Testimony):
    """Everything a source says of a post, in its own words: tags before aliases."""

    tags: tuple[SaidTag, ...] = ()
