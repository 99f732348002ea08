"""One process of a machine holds a model; while it does not use it, whoever else wants it gets it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from homebooru.errors import ModelBusy
from homebooru.phrases import phrase

LOOKS_ROUND = 0.5  # seconds after which an idle model is asked whether somebody waits for it
WAITS = 2.0  # seconds, in which an idle holder surely looks round
PAUSE = 0.05


@contextmanager
def held(file: Path, name: str) -> Iterator[None]:
    """Hold a model's file by its lock; raises ModelBusy where another process goes on using it.

    Whoever waits says so by a lock of the folder. File systems that know no locks let all of them.
    """
    with file.open("rb") as opened:
        with suppress(OSError):
            if not _lock(opened):
                _wait(opened, file, name)
        yield


def is_wanted(file: Path) -> bool:
    """Tell whether somebody waits for a model."""
    with ExitStack() as leaving, suppress(OSError):
        folder = _open_folder(file, leaving)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _wait(opened: BinaryIO, file: Path, name: str) -> None:
    until = time.monotonic() + WAITS
    with ExitStack() as leaving:
        fcntl.flock(_open_folder(file, leaving), fcntl.LOCK_SH)
        while time.monotonic() < until:
            time.sleep(PAUSE)
            if _lock(opened):
                return
    raise ModelBusy(
        phrase("Another process on this machine has the model {name} in memory.", name=name)
    )


def _open_folder(file: Path, leaving: ExitStack) -> int:
    folder = os.open(file.parent, os.O_RDONLY)
    leaving.callback(os.close, folder)
    return folder


def _lock(opened: BinaryIO) -> bool:
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
