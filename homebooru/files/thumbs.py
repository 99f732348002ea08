"""Keeps thumbnails in the data folder, by the SHA-256 of their originals."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from PIL import Image

from homebooru.domain.media import Facts
from homebooru.errors import HomeBooruError, disk_fault
from homebooru.imaging import colours, descriptor
from homebooru.phrases import phrase
from homebooru.ports import FileReader, ThumbnailKeeper

SMALL, LARGE = 360, 1000
SIZES = (SMALL, LARGE)
STALE = 3600


class ThumbStore(ThumbnailKeeper):
    """Two WebP files for each original, below `folder`; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unfinished = folder / "unfinished"

    def path(self, sha256: bytes, size: int) -> Path:
        name = sha256.hex()
        return self.folder / name[:2] / f"{name}.{size}.webp"

    def has(self, sha256: bytes) -> bool:
        return all(self.path(sha256, size).is_file() for size in SIZES)

    def look_of(self, sha256: bytes) -> bytes | None:
        """Return what a picture looks like, by its large thumbnail; None where there is none."""
        with suppress(OSError), Image.open(self.path(sha256, LARGE)) as image:
            return descriptor.look_of(colours.to_plain(image))
        return None

    def keep(self, sha256: bytes, thumbnails: Mapping[int, bytes]) -> None:
        """Write thumbnails by their sizes; raises DiskFull where there is no room for them."""
        try:
            for size, content in thumbnails.items():
                self._write(self.path(sha256, size), content)
        except OSError as error:
            raise disk_fault(error) or HomeBooruError(
                phrase(
                    "Thumbnails cannot be written to {folder}: {strerror}.",
                    folder=self.folder,
                    strerror=error.strerror,
                )
            ) from error

    def drop(self, sha256s: Sequence[bytes]) -> None:
        for sha256 in sha256s:
            for size in SIZES:
                self.path(sha256, size).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what processes left unfinished that died while they wrote."""
        with suppress(FileNotFoundError):
            for file in self._unfinished.iterdir():
                with suppress(FileNotFoundError):
                    if time.time() - file.stat().st_mtime > STALE:
                        file.unlink()

    def _write(self, target: Path, content: bytes) -> None:
        for folder in (target.parent, self._unfinished):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(0o755)  # whatever the umask: a web server reads them
        part = self._unfinished / f"{target.name}.{os.getpid()}"
        try:
            with part.open("wb") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(content)
            part.replace(target)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def keep_thumbnails(reader: FileReader, picture: bytes) -> tuple[bytes, Facts]:
    """Keep thumbnails of a picture that is not on our disk, under its own digest.

    Return that, and what the picture looks like. It is read in a child process like any other;
    raises Unreadable.
    """
    digest = hashlib.sha256(picture).digest()
    with NamedTemporaryFile() as file:
        file.write(picture)
        file.flush()
        return digest, reader.prepare(os.fsencode(file.name), digest).result()
