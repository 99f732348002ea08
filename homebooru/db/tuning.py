"""The embedded database's own settings: safe on a SIGKILL of the machine, sized by its memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

FILE = "homebooru.conf"


def server_settings(socket: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of a server, as they are written to its file."""
    memory = _memory_in_mb()
    return {
        "listen_addresses": "''",
        "unix_socket_directories": _quoted(str(socket)),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{_within(memory // 8, 32, 4096)}MB",
        "effective_cache_size": f"{_within(memory // 2, 128, 65536)}MB",
        "work_mem": f"{_within(memory // 256, 4, 64)}MB",
        "maintenance_work_mem": f"{_within(memory // 32, 64, 512)}MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "synchronous_commit": "on",  # an acknowledged edit outlives the machine's sudden death
        "random_page_cost": "1.1",
        "jit": "off",
        "log_line_prefix": "'%m [%p] '",
        **extra,
    }


def write_settings(cluster: Path, settings: Mapping[str, str]) -> Path:
    """Write the settings to a file of our own, which PostgreSQL's own file includes."""
    file = cluster / FILE
    _write_whole(file, "".join(f"{name} = {value}\n" for name, value in settings.items()))
    base = cluster / "postgresql.conf"
    said = base.read_text("utf-8")
    if FILE not in said:
        _write_whole(base, f"{said}\ninclude_if_exists = '{FILE}'\n")
    return file


def _write_whole(file: Path, text: str) -> None:
    """Write a file at once, for whom it was: a server does not start with half a line of it."""
    part = file.with_name(f"{file.name}.part")
    try:
        part.write_text(text, "utf-8")
        if file.exists():
            held = file.stat()
            os.chown(part, held.st_uid, held.st_gid)
            part.chmod(stat.S_IMODE(held.st_mode))
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _memory_in_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _within(value: int, low: int, high: int) -> int:
    return max(low, min(value, high))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
