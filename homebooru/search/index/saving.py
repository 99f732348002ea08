"""Saves the index from a process of its own, so that whoever asks for it does not grow by all of it."""

from __future__ import annotations

from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.engine import make_engine, make_sessions
from homebooru.errors import HomeBooruError, disk_fault
from homebooru.search.index.live import LiveIndex

READER = "file"


def save_apart(engine: sa.Engine, file: Path) -> None:
    """Bring the file up to date. Raises HomeBooruError where the process broke off."""
    context = get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    with closing(hears):
        child = context.Process(target=_save, args=(engine.url, file, tells), daemon=True)
        child.start()
        tells.close()
        child.join()
        if hears.poll() and (fault := _heard(hears)) is not None:
            raise fault
    if child.exitcode:
        raise HomeBooruError(
            f"The index could not be kept: its process ended with {child.exitcode}."
        )


def _heard(hears: Connection) -> HomeBooruError | None:
    """Return what the child told; None where it ended without a word."""
    try:
        told: HomeBooruError = hears.recv()
    except EOFError:
        return None
    return told


def _save(url: sa.URL, file: Path, tells: Connection) -> None:
    engine = make_engine(url)
    with closing(LiveIndex(make_sessions(engine), READER, file)) as index:
        try:
            index.save()
        except OSError as error:
            if (fault := disk_fault(error)) is None:
                raise
            tells.send(fault)
    engine.dispose()
