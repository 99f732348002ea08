"""What any other program knew of its pictures, as every reader of one tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homebooru.domain.lookups.outcomes import Outcome
from homebooru.domain.ratings import Rating
from homebooru.domain.said import Said
from homebooru.domain.spelling import read_moment
from homebooru.errors import Unreadable

HEX = re.compile("[0-9a-f]+")
KINDS_OF_DIGEST = {32: "md5", 40: "sha1", 64: "sha256"}
"""What a digest in hexadecimal is, by its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a voice said; `outcome` is None where it is nobody who can be asked."""

    source: str
    outcome: Outcome | None = None
    said: Said | None = None
    remote_id: str | None = None
    similarity: float | None = None
    answer: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Acts:
    """What a person did to a picture's tags, by our names."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    rating: Rating | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A picture's place in a pool, by the name that the pool has over there."""

    pool: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPool:
    """A pool of the other program."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLink:
    """The other program's rule for tags: that one means another, or is followed by it."""

    tag: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPicture:
    """A picture as another program knew it; `name` is what people are told of it.

    `digest` is the MD5, SHA-1 or SHA-256 of its file in hexadecimal, None where there is no such
    file. What the program itself says stands in `heard` under its name, with the tags in their
    categories, rating, sources, description and date; another picture that is the parent is told
    by `named_by` its digest. `acts` are only what a person is known to have done against what
    others said: they become that person's word.
    """

    name: str
    written_at: datetime
    digest: str | None
    heard: tuple[Heard, ...] = ()
    acts: Acts = Acts()
    pools: tuple[Membership, ...] = ()
    favourite: bool = False
    mistake: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLibrary:
    """All that another program knew, to be read once and in this order: pools, pictures, rules.

    `origin` is the program's name, and the voice under which it speaks (`policy.VOICES`).
    `number` tells about how many pictures it knew, `folder` where they lie, if they are to be a
    part of the library. What cannot be read of one picture is yielded in its place; whatever
    makes the whole doubtful is raised, and nothing is taken over.
    """

    origin: str
    number: int | None
    pictures: Iterable[KnownPicture | Unreadable]
    folder: Path | None = None
    pools: Iterable[OldPool] = ()
    aliases: Iterable[OldLink] = ()
    implications: Iterable[OldLink] = ()


def named_by(digest: str) -> str:
    """Return how a picture is named by its digest, where another one speaks of it."""
    return f"{KINDS_OF_DIGEST[len(digest)]}:{digest}"


def digest_of(told: object) -> str | None:
    """Return a digest as it is written by others, None where it is none."""
    text = told.strip().lower() if isinstance(told, str) else ""
    return text if len(text) in KINDS_OF_DIGEST and HEX.fullmatch(text) else None


def moment(*told: object) -> datetime:
    """Return the first of these that is a time, now where none is; without a zone it is UTC."""
    for text in told:
        found = read_moment(text) if isinstance(text, str) else None
        if found is not None:
            return found if found.tzinfo else found.replace(tzinfo=UTC)
    return datetime.now(UTC)
