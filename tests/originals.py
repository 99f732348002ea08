"""A folder of originals in tests: what it is, and how it is kept from being written to."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

OF_ROOT = (["unshare", "--mount"], ["setpriv", "--bounding-set=-dac_override,-fowner"])
OF_OTHERS = (["unshare", "--user", "--map-root-user", "--mount"], ["env"])
MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
WRITE = """
import os, sys
folder, file = map(os.fsencode, sys.argv[1:])
attempts = [
    lambda: open(file, "r+b"),
    lambda: open(folder + b"/new", "xb"),
    lambda: os.rename(file, file + b".old"),
    lambda: os.unlink(file),
]
for attempt in attempts:
    try:
        attempt()
    except OSError:
        continue
    sys.exit("it was written")
"""


def manifest(folder):
    """What would tell of any change to files and folders: their bytes, times and rights."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        digest = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else None
        times = status.st_mtime_ns, status.st_ctime_ns
        found[os.fsencode(path)] = digest, times, status.st_mode, status.st_ino
    return found


def take_rights(folder):
    """Let nobody write to a folder and what is in it, as far as rights go."""
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)


def give_rights(folder):
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        path.chmod(0o755)


def read_only(folder):
    """Return the beginning of a command that can surely not write to a folder.

    That is a mount of its own where this machine lets us; else the rights of the files, with the
    privilege to pass over them given away.
    """
    file = next(path for path in folder.rglob("*") if path.is_file())
    for way in OF_OTHERS if os.geteuid() else OF_ROOT:
        command = [*way, "sh", "-c", MOUNT, str(folder)] if "--mount" in way else way
        probe = [*command, sys.executable, "-c", WRITE, str(folder), str(file)]
        if subprocess.run(probe, capture_output=True, timeout=60, check=False).returncode == 0:
            return command
    raise AssertionError("Nothing here keeps a program from writing to a folder.")
