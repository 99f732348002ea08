"""Puts pictures of another program into a folder that a person named for them."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from homebooru.domain.takeover.known import KINDS_OF_DIGEST
from homebooru.errors import Unreadable
from homebooru.files.space import check_free_space
from homebooru.phrases import phrase

HALF = ".half"
LONGEST_NAME = 80
MOST_BYTES = 4 << 30
UNFIT = re.compile(r"[^\w.()\[\] -]|^[. -]+")
SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class Copies:
    """The folder, how many megabytes of its disk are left alone, and what is in the library.

    `here` returns of which pictures, by digests, there is a post: no copy of these is made.
    """

    folder: Path
    spare_mb: int
    here: Callable[[Collection[str]], set[str]]

    def prepare(self) -> None:
        """Make the folder, if it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def keep(
        self, name: str, digest: str, pieces: Iterable[bytes], made_at: datetime | None
    ) -> None:
        """Write a picture, whole or not at all; one that is there already stays as it is.

        What lies there is called like the picture and its digest, whatever the name may hold.
        Raises Unreadable where the bytes are not those of the digest.
        """
        file = self._place(name, digest)
        if file.exists():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        check_free_space(file.parent, self.spare_mb)
        half = file.with_name(f".{file.name}{HALF}")
        try:
            _write(half, pieces, digest)
            if made_at is not None:
                os.utime(half, (made_at.timestamp(),) * 2)
            half.rename(file)
        finally:
            half.unlink(missing_ok=True)

    def has(self, name: str, digest: str) -> bool:
        """Tell whether a picture lies there."""
        return self._place(name, digest).exists()

    def _place(self, name: str, digest: str) -> Path:
        told = PurePosixPath(name.replace("\\", "/"))
        stem = UNFIT.sub("", told.stem)[:LONGEST_NAME].strip() or "picture"
        suffix = told.suffix.lower()
        ending = suffix if SUFFIX.fullmatch(suffix) else ""
        called = digest if stem == digest else f"{stem}-{digest[:8]}"
        return self.folder / digest[:2] / f"{called}{ending}"


def _write(half: Path, pieces: Iterable[bytes], digest: str) -> None:
    told, size = hashlib.new(KINDS_OF_DIGEST[len(digest)], usedforsecurity=False), 0
    with half.open("wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > MOST_BYTES:
                raise Unreadable(phrase("it is larger than {most} GB.", most=MOST_BYTES >> 30))
            told.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if told.hexdigest() != digest:
        raise Unreadable(phrase("what came is not the picture: its digest is another one."))
