"""Disks that cannot read some files, for whoever opens them by name in a folder."""

from __future__ import annotations

import errno
import os


def refuse(monkeypatch, name: bytes, error: int = errno.EACCES) -> None:
    """Let opening a file of this name fail; permissions would not stop a test that is root."""

    def refused() -> int:
        raise OSError(error, os.strerror(error), name)

    _instead(monkeypatch, name, refused)


def scratch(monkeypatch, name: bytes) -> None:
    """Let a file of this name open, and reading it fail with an error of the disk."""
    opened = os.open
    _instead(monkeypatch, name, lambda: opened("/proc/self/mem", os.O_RDONLY))


FAILURES = (refuse, scratch)


def _instead(monkeypatch, name, act):
    opened = os.open

    def open_(path, flags, mode=0o777, *, dir_fd=None):
        if dir_fd is not None and path == name:
            return act()
        return opened(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", open_)
