"""Where the embedded database's socket lies: beside the data, or where that path is too long elsewhere."""

from __future__ import annotations

import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from homebooru.db.server_user import ServerUser

LONGEST = 100  # bytes of a socket's path; the kernels' own limits are 108 and 104
AWKWARD = frozenset(",'\\\n")  # these mean something in a list of folders or in quotes
NAME = ".s.PGSQL.5432"
RECORD = "socket-folder"


def socket_folder(cluster: Path) -> Path:
    """Return the folder of the socket, as the last start decided."""
    record = cluster / RECORD
    if _fits(cluster) or not record.exists():
        return cluster
    return Path(record.read_text("utf-8"))


def prepare_socket_folder(cluster: Path, user: ServerUser) -> Path:
    """Return a folder for the socket that nobody else can enter or replace.

    Its name is random and remembered beside the data, so nobody can be there first; whether it
    is still the server's own is looked at before each start, as a reboot empties /tmp.
    """
    if _fits(cluster):
        return cluster
    remembered = socket_folder(cluster)
    if remembered != cluster and is_private(remembered, user):
        return remembered
    return _make_short_folder(cluster, user)


def is_private(folder: Path, user: ServerUser) -> bool:
    """Tell whether a folder belongs to the server's user and is closed to everybody else."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == user.uid
        and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
    )


def _fits(cluster: Path) -> bool:
    path = str(cluster / NAME)
    return path.isascii() and len(path) <= LONGEST and not AWKWARD & set(path)


def remove_short_folder(cluster: Path) -> None:
    """Leave nothing in /tmp once the server has stopped."""
    folder = socket_folder(cluster)
    if folder != cluster:
        with suppress(OSError):
            folder.rmdir()
        (cluster / RECORD).unlink()


def _make_short_folder(cluster: Path, user: ServerUser) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="homebooru-", dir="/tmp"))
    user.own(folder)
    record = cluster / RECORD
    record.write_text(str(folder), "utf-8")
    user.own(record)
    return folder
