"""Saves the index from a process of its own, so that whoever asks for it does not grow by all of it."""

from __future__ import annotations

from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import sqlalchemy as sa

from homebooru.db.engine import make_engine, make_sessions
from homebooru.errors import HomeBooruError
from homebooru.search.index.live import LiveIndex

READER = "file"


def save_apart(engine: sa.Engine, file: Path) -> None:
    """Bring the file up to date. Raises HomeBooruError where the process broke off."""
    child = get_context("spawn").Process(target=_save, args=(engine.url, file), daemon=True)
    child.start()
    child.join()
    if child.exitcode:
        raise HomeBooruError(
            f"The index could not be kept: its process ended with {child.exitcode}."
        )


def _save(url: sa.URL, file: Path) -> None:
    engine = make_engine(url)
    with closing(LiveIndex(make_sessions(engine), READER, file)) as index:
        index.save()
    engine.dispose()
