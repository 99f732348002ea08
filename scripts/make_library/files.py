"""Makes up files: their digests, formats and sizes, when they came and where they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from homebooru.domain.media import Digests, Facts
from scripts.make_library.looks import Look

BEGIN, SPAN = datetime(2015, 1, 1, tzinfo=UTC), timedelta(days=3650)
"""When the first post came, and how long it took until the last one."""
BEFORE_DAYS = 200.0
"""How long files are older than their posts, on average."""
SIDE, SPREAD, SMALLEST, LARGEST = 1600, 0.6, 200, 12_000
COPIED, TRASHED, GONE = 0.04, 0.004, 0.004
SECONDS, BYTES_PER_SECOND = 20.0, 400_000


@dataclass(frozen=True, slots=True)
class Format:
    """A sort of file: how many are of it, and bytes per pixel of one picture."""

    mime: str
    ending: str
    share: float
    weight: float
    moves: bool = False


FORMATS = (
    Format("image/jpeg", "jpg", 0.58, 0.35),
    Format("image/png", "png", 0.27, 1.1),
    Format("image/webp", "webp", 0.08, 0.2),
    Format("image/gif", "gif", 0.02, 1.5, moves=True),
    Format("image/webp", "webp", 0.01, 0.8, moves=True),
    Format("video/mp4", "mp4", 0.03, 0.0, moves=True),
    Format("video/webm", "webm", 0.01, 0.0, moves=True),
)
SHARES = [each.share for each in FORMATS]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies below the folder of the library."""

    folder: str
    name: str

    @property
    def path(self) -> bytes:
        return "/".join(filter(None, (self.folder, self.name))).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A made-up file, which looks like one of the looks."""

    digests: Digests
    facts: Facts
    look: Look
    places: tuple[Place, ...]
    modified_at: datetime
    created_at: datetime
    missing_since: datetime | None
    trashed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Files of posts whose ids follow each other from `first` on."""

    first: int
    files: tuple[File, ...]


class Files:
    """Makes up the files of a library of `total` posts."""

    def __init__(self, seed: int, total: int, looks: Sequence[Look]) -> None:
        self._seed = seed
        self._step = SPAN / total
        self._looks = looks

    def make(self, random: np.random.Generator, first: int, count: int) -> Batch:
        looks = [self._looks[n] for n in random.integers(0, len(self._looks), count)]
        formats = [FORMATS[n] for n in random.choice(len(FORMATS), count, p=SHARES)]
        sides = random.lognormal(np.log(SIDE), SPREAD, count).clip(SMALLEST, LARGEST).tolist()
        lengths = random.random(count).tolist()
        hashes = random.integers(-(2**63), 2**63, count).tolist()
        facts = map(_facts, formats, looks, sides, lengths, hashes)
        luck = random.random((count, 3)).tolist()
        ages = random.exponential(BEFORE_DAYS, count).tolist()
        posts = range(first, first + count)
        files = map(self._file, posts, looks, formats, facts, luck, ages)
        return Batch(first, tuple(files))

    def _file(  # noqa: PLR0917  `map` gives them in this order
        self, post_id: int, look: Look, form: Format, facts: Facts, luck: list[float], age: float
    ) -> File:
        copied, gone, trashed = luck
        created = (BEGIN + self._step * (post_id - 1)).replace(microsecond=0)
        digests = self._digests(post_id, _bytes(facts, form))
        places = _places(post_id, digests, form, created)
        return File(
            digests=digests,
            facts=facts,
            look=look,
            places=places if copied < COPIED else places[:1],
            modified_at=(created - timedelta(days=age)).replace(microsecond=0),
            created_at=created,
            missing_since=created if gone < GONE else None,
            trashed_at=created if trashed < TRASHED else None,
        )

    def _digests(self, post_id: int, size: int) -> Digests:
        seed = f"{self._seed}:{post_id}".encode()
        return Digests(
            sha256=hashlib.sha256(seed).digest(),
            md5=hashlib.md5(seed, usedforsecurity=False).digest(),
            sha1=hashlib.sha1(seed, usedforsecurity=False).digest(),
            size=size,
        )


def _facts(form: Format, look: Look, side: float, length: float, phash: int) -> Facts:
    width, height = look.size(round(side))
    is_film = form.mime.startswith("video/")
    duration = round(0.5 - SECONDS * float(np.log1p(-length)), 3) if form.moves else None
    return Facts(
        mime=form.mime,
        width=width,
        height=height,
        frames=max(2, round(24 * duration)) if duration else 1,
        duration=duration,
        has_sound=is_film and length > 0.4,
        phash=phash,
        thumbhash=look.hash,
    )


def _bytes(facts: Facts, form: Format) -> int:
    still = round(facts.width * facts.height * form.weight) + 1000
    return still + round((facts.duration or 0) * BYTES_PER_SECOND)


def _places(post_id: int, digests: Digests, form: Format, created: datetime) -> tuple[Place, ...]:
    names = (
        digests.md5.hex(),
        f"IMG_{post_id:07}",
        f"danbooru_{post_id}_{digests.md5.hex()[:8]}",
        f"drawing {post_id}",
    )
    folders = (f"{created:%Y/%m}", f"{created:%Y}", f"downloads/{post_id // 500:04}", "")
    name = f"{names[post_id % len(names)]}.{form.ending}"
    folder = folders[post_id // 7 % len(folders)]
    return Place(folder, name), Place("copies", name)
