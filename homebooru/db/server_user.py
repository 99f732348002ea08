"""Whom the embedded database runs as: ourselves, or as root another user, since PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homebooru.errors import DatabaseUnusable

PREFERRED = ("homebooru", "postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """An account of this machine; `switches` tells whether we have to change into it."""

    uid: int
    gid: int
    switches: bool

    @property
    def name(self) -> str:
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return f"number {self.uid}"

    def process_options(self) -> dict[str, Any]:
        """Return what `subprocess` needs to run a program as this user."""
        if not self.switches:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may(self, mode: str, path: Path) -> bool:
        """Tell whether this user may read (r), write (w) or run and enter (x) a path."""
        test = ["test", f"-{mode}", str(path)]
        return subprocess.run(test, check=False, **self.process_options(), cwd="/").returncode == 0

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to this user."""
        if self.switches:
            os.chown(path, self.uid, self.gid)

    def check_reaches(self, folder: Path) -> None:
        """Raise DatabaseUnusable, with advice, where this user cannot get to a folder."""
        if self.may("x", folder):
            return
        way = [*reversed(folder.parents), folder]
        closed = next((step for step in way if not self.may("x", step)), folder)
        raise DatabaseUnusable(
            f"The database runs as the user {self.name}, who may not enter {closed}. Keep the "
            "data elsewhere (set HOMEBOORU_DATA, for example to /var/lib/homebooru), or let "
            f"others pass through that folder: chmod o+x '{closed}'"
        )


def choose_server_user(cluster: Path) -> ServerUser:
    """Return who runs the server of a cluster: its owner, or a fitting user for a new one."""
    try:
        owner = cluster.stat()
    except FileNotFoundError:
        return _user_for_new_data()
    except PermissionError as error:
        raise _not_ours(cluster.parent) from error
    if os.geteuid() not in (0, owner.st_uid):
        raise _not_ours(cluster)
    return ServerUser(owner.st_uid, owner.st_gid, switches=os.geteuid() != owner.st_uid)


def _user_for_new_data() -> ServerUser:
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), switches=False)
    known = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    chosen = next((known[name] for name in PREFERRED if name in known), None)
    if chosen is None:
        raise DatabaseUnusable(
            "PostgreSQL does not run as root, and this machine has none of the users "
            f"{', '.join(PREFERRED)}. Make one: useradd --system homebooru"
        )
    return ServerUser(chosen.pw_uid, chosen.pw_gid, switches=True)


def _not_ours(folder: Path) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"The database in {folder} belongs to another user of this machine. Start HomeBooru as "
        "the user who made it, or set HOMEBOORU_DATA to a folder of your own."
    )
