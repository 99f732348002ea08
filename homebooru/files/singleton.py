"""One gallery on one data folder: a lock that dies with its holder, and where that one is."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

NAME = "gallery.lock"


class GalleryLock:
    """Held by a running `serve`; the file says at which address."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def take(self) -> bool:
        """Take the lock; False where another gallery holds it."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def address(self) -> str:
        """Return the address that the holder wrote, or the last one that was killed."""
        return self._path.read_text()

    def wait_for_address(self, seconds: float) -> str:
        """Return the holder's address, once it has one."""
        end = time.monotonic() + seconds
        while not (address := self.address()) and time.monotonic() < end:
            time.sleep(0.1)
        return address

    def tell(self, address: str) -> None:
        """Write down where the gallery is; empty: nowhere."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, address.encode(), 0)

    def release(self) -> None:
        os.close(self._file)
