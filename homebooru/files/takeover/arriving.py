"""Keeps pictures that come from another program in a folder: each whole, or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from homebooru.domain.takeover.originals import Original
from homebooru.errors import Unreadable
from homebooru.files.space import check_free_space
from homebooru.files.trash import rename_alone
from homebooru.phrases import phrase
from homebooru.ports.originals import OriginalKeeper

PART = ".arriving-"
"""What a file is called until all of it is there; hidden names are not looked at."""


class Arrivals(OriginalKeeper):
    """A folder with a folder for each beginning of a digest; `minimum_mb` of its disk stay free."""

    def __init__(self, folder: Path, minimum_mb: int) -> None:
        self._folder = folder
        self._minimum_mb = minimum_mb

    def has(self, original: Original) -> bool:
        file = self._folder_of(original) / original.name
        return file.is_file() and file.stat().st_size == original.size

    def keep(self, original: Original, pieces: Iterator[bytes]) -> None:
        check_free_space(self._folder, self._minimum_mb)
        folder = self._folder_of(original)
        folder.mkdir(exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _put(handle, original, pieces)
        finally:
            os.close(handle)

    def _folder_of(self, original: Original) -> Path:
        return self._folder / original.sha256[:2]


def _put(folder: int, original: Original, pieces: Iterator[bytes]) -> None:
    """Write a file beside its place, and move it there once it is known to be the right one."""
    part = PART + original.name
    try:
        _write(folder, part, original, pieces)
        rename_alone(folder, os.fsencode(part), folder, os.fsencode(original.name))
        os.fsync(folder)
    except FileExistsError:
        raise Unreadable(
            phrase(
                "{file}: another file of this name is there, and is left as it is.",
                file=original.name,
            )
        ) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=folder)


def _write(folder: int, part: str, original: Original, pieces: Iterator[bytes]) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(part, flags, 0o644, dir_fd=folder), "wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > original.size:
                break
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != original.sha256 or size != original.size:
        raise Unreadable(
            phrase("{file}: what came is another file than was asked for.", file=original.name)
        )
