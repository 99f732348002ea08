"""Gives made-up posts thumbnails: a few dozen pictures, of which each post has a link."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from homebooru.files.thumbs import SIZES, ThumbStore
from homebooru.ports import Progress
from scripts.make_library.library import Wish, make_files
from scripts.make_library.looks import Look

MOST_LINKS = 10_000
"""How many names a file gets; file systems allow some tens of thousands."""


@dataclass(slots=True)
class Kept:
    """The thumbnails of a look, the post they were last written for, and how often linked since."""

    contents: Mapping[int, bytes]
    sha256: bytes
    links: int


def write_thumbnails(thumbs: ThumbStore, wish: Wish, progress: Progress) -> None:
    """Make the thumbnails of all posts of a library."""
    kept: dict[bytes, Kept] = {}
    progress.expect(wish.posts)
    for _, batch in make_files(wish):
        for file in batch.files:
            _give(thumbs, kept, file.look, file.digests.sha256)
        progress.advance(len(batch.files))


def _give(thumbs: ThumbStore, kept: dict[bytes, Kept], look: Look, sha256: bytes) -> None:
    known = kept.get(look.hash)
    if known is None or known.links == MOST_LINKS:
        contents = known.contents if known else look.thumbnails()
        thumbs.keep(sha256, contents)
        kept[look.hash] = Kept(contents, sha256, 0)
        return
    for size in SIZES:
        target = thumbs.path(sha256, size)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True)
            target.parent.chmod(0o755)  # whatever the umask: a web server reads them
        with suppress(FileExistsError):
            os.link(thumbs.path(known.sha256, size), target)
    known.links += 1
