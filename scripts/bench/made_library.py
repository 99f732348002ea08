"""The made-up library that benchmarks ask: found in a data folder, or made there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

from homebooru.cli.bars import BarProgress
from homebooru.db.engine import Sessions
from homebooru.domain.scope import EVERYTHING
from homebooru.services.searching import search
from homebooru.settings import variable
from homebooru.wiring import Deps, connect
from scripts.make_library.inventing import invent
from scripts.make_library.library import Wish
from scripts.make_library.writing import write_library


@contextmanager
def library(data: Path | None, posts: int) -> Iterator[tuple[Deps, int]]:
    """Open a data folder, or a passing one, and tell how many posts are in it."""
    fresh = tempfile.TemporaryDirectory(prefix="homebooru-bench-")
    with fresh if data is None else nullcontext(str(data)) as folder:
        Path(folder).chmod(0o755)  # the database's user passes through
        os.environ[variable("data")] = str(Path(folder).resolve())
        with closing(connect()) as deps:
            yield deps, _fill(deps.sessions, posts)


def _fill(sessions: Sessions, posts: int) -> int:
    if not search(sessions, "", EVERYTHING, limit=1).count:
        bar = BarProgress("Posts")
        write_library(sessions, Wish(invent(), posts), bar)
        bar.finish()
    return search(sessions, "", EVERYTHING, limit=1).count
