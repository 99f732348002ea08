"""Room on the disk that holds our own data."""

from __future__ import annotations

import shutil
from pathlib import Path

from homebooru.errors import DiskFull


def check_free_space(folder: Path, minimum_mb: int) -> None:
    """Raise DiskFull where less than `minimum_mb` megabytes are free."""
    free_mb = shutil.disk_usage(folder).free // 2**20
    if free_mb < minimum_mb:
        raise DiskFull(
            f"Only {free_mb} MB are free on the disk of {folder}, and HomeBooru leaves "
            f"{minimum_mb} MB alone. Make room there; it goes on by itself."
        )
