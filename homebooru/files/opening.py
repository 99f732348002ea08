"""Opens files for reading, and only files: no pipe, no device, nothing that could block."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from homebooru.domain.media import Stamp
from homebooru.errors import FileGone, Inaccessible, Unreadable
from homebooru.phrases import phrase

GONE = frozenset(
    [
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ESTALE,
        errno.ENODEV,
        errno.ENXIO,
        errno.ENOTCONN,
        errno.EHOSTDOWN,
        errno.ETIMEDOUT,
    ]
)


@contextmanager
def open_regular(path: bytes) -> Iterator[FileIO]:
    """Open a regular file; raises FileGone or Unreadable, also for what reading it raises."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 (paths are bytes)
            raise Unreadable(phrase("This is no regular file, but a folder, a pipe or a device."))
        with open(path, "rb", buffering=0, opener=_opener) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise FileGone(phrase("The file was replaced while it was being opened."))
            yield file
    except OSError as error:
        raise named(error) from error


def stamp_of(path: bytes) -> Stamp:
    """Return size and time of a file; raises FileGone where there is none."""
    try:
        return Stamp.of(os.stat(path))  # noqa: PTH116 (paths are bytes)
    except OSError as error:
        raise named(error) from error


def named(error: OSError) -> Unreadable:
    """Return the named reason for what the operating system said of a file."""
    if error.errno in GONE:
        return FileGone(phrase("The file vanished, or its disk is not there."))
    if error.errno in (errno.EACCES, errno.EPERM):
        return Inaccessible(phrase("HomeBooru has no permission to read this file."))
    return Inaccessible(
        phrase("The disk could not read this file: {reason}.", reason=error.strerror or error)
    )


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
