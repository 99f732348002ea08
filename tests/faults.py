"""Disks that do not take what is written: full, read-only, or somebody else's."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

NOBODY = 65534
SMALL = 512  # kilobytes


class Disk:
    """A folder on a small file system of its own, where this machine lets us make one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        _run("mount", "-t", "tmpfs", "-o", f"size={SMALL}k,mode=755", "tmpfs", str(folder))

    def leave(self) -> None:
        _run("umount", str(self.folder))

    def files(self) -> dict[str, bytes]:
        """Return all that lies there but what fills it."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and path.name != "filler"
        }


class FullDisk(Disk):
    def break_(self) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(b"\0" * 4096):
                    pass
            except OSError:
                pass

    def mend(self) -> None:
        (self.folder / "filler").unlink()


class ReadOnlyDisk(Disk):
    def break_(self) -> None:
        _run("mount", "-o", "remount,ro", str(self.folder))

    def mend(self) -> None:
        _run("mount", "-o", "remount,rw", str(self.folder))


class ForbiddenFolder(Disk):
    """A folder in which only somebody else may write; who is root becomes nobody for a while."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def break_(self) -> None:
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        else:
            self.folder.chmod(0o500)

    def mend(self) -> None:
        if os.getuid() == 0:
            os.seteuid(0)
        self.folder.chmod(0o755)

    def leave(self) -> None:
        self.mend()


DISKS = (FullDisk, ReadOnlyDisk, ForbiddenFolder)


def make_disk(kind: type[Disk], folder: Path) -> Disk:
    """Return a disk of a kind; skips where only root may make one."""
    try:
        return kind(folder)
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody but root mount a file system")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
