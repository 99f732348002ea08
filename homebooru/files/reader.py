"""Reads files in child processes: what they are, what is said of them, how they look."""

from __future__ import annotations

import io
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from homebooru.domain.media import Facts
from homebooru.files.digest import digest_file
from homebooru.files.opening import stamp_of
from homebooru.files.pool import ChildPool
from homebooru.files.thumbs import LARGE, SMALL, ThumbStore
from homebooru.ports import Arrival, FileReader, Sight
from homebooru.processes.parent import Limits


class PooledReader(FileReader):
    """Reads files in a pool of children; whoever opened it closes it."""

    def __init__(
        self,
        *,
        processes: int,
        seconds: float,
        memory_mb: int,
        megapixels: int,
        thumbs: ThumbStore,
        foreign_tags: tuple[str, ...],
    ) -> None:
        thumbs.sweep()
        self._pool = ChildPool(processes, Limits(seconds, memory_mb))
        self._thumbs = thumbs.folder
        self._megapixels = megapixels
        self._foreign_tags = foreign_tags

    def read_file(self, root: bytes, path: bytes, *, words_only: bool = False) -> Future[Arrival]:
        task = partial(read_arrival, root, path, self._foreign_tags, words_only=words_only)
        return self._pool.submit(task)

    def prepare(self, file: bytes, sha256: bytes) -> Future[Facts]:
        return self._pool.submit(prepare_picture, file, sha256, self._thumbs, self._megapixels)

    def look_at(self, file: bytes) -> Future[Sight]:
        """Look at a picture of which nothing is kept."""
        return self._pool.submit(look_at, file, self._megapixels)

    def pids(self) -> list[int]:
        """Return the process ids of the children there are now."""
        return self._pool.pids()

    def close(self) -> None:
        """Drop what waits, kill what runs; their futures raise CancelledError."""
        self._pool.close()


def read_arrival(
    root: bytes, path: bytes, foreign_tags: tuple[str, ...], *, words_only: bool
) -> Arrival:
    """Read identity and words of a file; runs in a child."""
    from homebooru.files.words import read_words  # noqa: PLC0415 (a child that needs no words)

    file = root + b"/" + path
    stamp, digests = (stamp_of(file), None) if words_only else digest_file(file)
    words = read_words(root, path, foreign_tags=foreign_tags)
    return Arrival(stamp=stamp, digests=digests, words=words)


def prepare_picture(file: bytes, sha256: bytes, thumbs: Path, megapixels: int) -> Facts:
    """Read the facts of a picture and keep its thumbnails; runs in a child."""
    from homebooru.files.probe import probe  # noqa: PLC0415 (a child that decodes nothing)

    rendering = probe(file, sha256, megapixels=megapixels)
    ThumbStore(thumbs).keep(sha256, rendering.thumbnails)
    return rendering.facts


def look_at(file: bytes, megapixels: int) -> Sight:
    """Read what a picture is, and make small copies of it; runs in a child."""
    from homebooru.files.previews import as_preview  # noqa: PLC0415 (a child that decodes nothing)
    from homebooru.files.probe import probe  # noqa: PLC0415

    _, digests = digest_file(file)
    seen = probe(file, digests.sha256, megapixels=megapixels)
    return Sight(
        digests=digests,
        facts=seen.facts,
        thumbnail=seen.thumbnails[SMALL],
        copy=as_preview(io.BytesIO(seen.thumbnails[LARGE])),
    )
