"""Processes in tests: whose children they are, and whether they live."""

import os
from contextlib import suppress
from pathlib import Path


def parents():
    """The parent of each living process, by id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                # a process may call itself whatever it likes, in any encoding
                state, parent = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:2]
            except OSError:
                continue
            if state != b"Z":
                found[int(entry.name)] = int(parent)
    return found


def descendants(pid):
    """The ids of all processes below this one."""
    of = parents()
    found = []
    level = [pid]
    while level:
        level = [child for child, parent in of.items() if parent in level]
        found += level
    return found


def command_of(pid):
    """The command line of a process, or nothing where it is gone."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        return ""


def living(pids):
    return [pid for pid in pids if pid in parents()]


def clean_environment(**more):
    """Our environment without settings of HomeBooru's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOMEBOORU_")}
    return kept | more


def is_stopped(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] in b"Tt"
    return False
