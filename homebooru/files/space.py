"""Room on the disk that holds our own data."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from pathlib import Path

from homebooru.errors import DiskFull, HomeBooruError, disk_fault
from homebooru.phrases import phrase

NEXT_TO_NOTHING = 2**24  # bytes: what a database needs at least to start
OUR_DATA = "HomeBooru's data"


def check_free_space(folder: Path, minimum_mb: int) -> None:
    """Raise DiskFull where less than `minimum_mb` megabytes are free."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < minimum_mb:
        raise DiskFull(
            phrase(
                "Only {free_mb} MB are free on the disk of {folder}, and HomeBooru leaves "
                "{minimum_mb} MB alone. Make room there, and it goes on.",
                free_mb=free_mb,
                folder=folder,
                minimum_mb=minimum_mb,
            )
        )


def storage_fault(folder: Path) -> HomeBooruError | None:
    """Return what keeps the disk of our data from taking anything; None where nothing does.

    It names no place, for pages tell it to whoever asks.
    """
    try:
        with tempfile.TemporaryFile(dir=folder):  # a disk may be read-only and not say so
            is_full = shutil.disk_usage(folder).free < NEXT_TO_NOTHING
    except OSError as error:
        return disk_fault(OSError(error.errno, error.strerror, OUR_DATA))
    return disk_fault(OSError(errno.ENOSPC, "", OUR_DATA)) if is_full else None


def file_system_of(folder: Path) -> str | None:
    """Return the kind of file system that holds a folder, None where the system does not tell."""
    mounts = Path("/proc/self/mounts")
    if not mounts.exists():
        return None
    lines = (line.split() for line in os.fsdecode(mounts.read_bytes()).splitlines())
    # mounts spell spaces as \040; the last mount on a place hides the ones before
    kinds = {Path(place.replace(r"\040", " ")): kind for _, place, kind, *_ in lines}
    here = folder.resolve()
    return next((kinds[place] for place in (here, *here.parents) if place in kinds), None)
