"""Reads pictures for models, in child processes: each comes back as the square that one wants."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future

from homebooru.domain.media import is_video
from homebooru.domain.taggers import Framing
from homebooru.files.opening import open_regular
from homebooru.files.pool import ChildPool
from homebooru.files.probe import check_same
from homebooru.imaging.framing import framed
from homebooru.imaging.opening import open_picture
from homebooru.imaging.sniffing import HEAD, sniff
from homebooru.ports import PictureFramer
from homebooru.processes.parent import Limits


class FramePool(PictureFramer):
    """Frames pictures in a pool of children; whoever opened it closes it."""

    def __init__(self, *, processes: int, seconds: float, memory_mb: int, megapixels: int) -> None:
        self._pool = ChildPool(processes, Limits(seconds, memory_mb))
        self._megapixels = megapixels

    def frame(self, file: bytes, sha256: bytes, framing: Framing) -> Future[bytes]:
        return self._pool.submit(frame_picture, file, sha256, framing, self._megapixels)

    def pids(self) -> list[int]:
        """Return the process ids of the children there are now."""
        return self._pool.pids()

    def close(self) -> None:
        """Drop what waits, kill what runs; their futures raise CancelledError."""
        self._pool.close()


def frame_picture(file: bytes, sha256: bytes, framing: Framing, megapixels: int) -> bytes:
    """Return the first frame of a picture, or the poster of a film, as a model wants it."""
    with open_regular(file) as opened:
        kind = sniff(opened.read(HEAD))
        opened.seek(0)
        if is_video(kind):
            from homebooru.files.video import open_poster  # noqa: PLC0415 (FFmpeg is large)

            check_same(hashlib.file_digest(opened, "sha256").digest(), sha256)
            return framed(open_poster(opened, kind, megapixels=megapixels), framing).tobytes()
        data = opened.read()
        check_same(hashlib.sha256(data).digest(), sha256)
        return framed(open_picture(kind, data, megapixels=megapixels), framing).tobytes()
