"""One gallery on one data folder: a lock that dies with its holder, and where that one is."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

NAME = "gallery.lock"
TRIES, BREATH = 5, 0.05  # somebody may just be looking whether the lock is held


class GalleryLock:
    """Held by a running `serve`; the file says at which address."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self.was_left = False  # by a gallery that was killed

    def take(self) -> bool:
        """Take the lock; False where another gallery holds it."""
        for _ in range(TRIES):
            if _lock(self._file, fcntl.LOCK_EX):
                self.was_left = bool(self.address())
                self.tell("")
                return True
            time.sleep(BREATH)
        return False

    def address(self) -> str:
        """Return the address that the holder wrote; empty until it has one."""
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


def running_gallery(data: Path) -> str | None:
    """Return the address of the gallery that runs on a data folder, None where none does."""
    try:
        file = os.open(data / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        return None if _lock(file, fcntl.LOCK_SH) else os.pread(file, 1000, 0).decode()
    finally:
        os.close(file)


def _lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
