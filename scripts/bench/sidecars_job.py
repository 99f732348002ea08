"""The whole way of an edit to its sidecar: orders, the choice of tags, the ledger and the file."""

import os
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from homebooru.cli.bars import BarProgress
from homebooru.db.engine import Sessions
from homebooru.db.tables import LocationRow, PostRow, RootRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import edit_due, edit_posts
from homebooru.services.outgoing.allowing import allow, change_profile
from homebooru.services.outgoing.writing import write_due
from homebooru.settings import load_settings
from homebooru.wiring import connect


def measure(folder: Path, count: int, tags: int) -> float:
    """Return how many sidecars are written in a second, in a library made for it."""
    with tempfile.TemporaryDirectory() as data:
        Path(data).chmod(0o755)  # the database runs as another user where we are root
        settings = replace(load_settings(), data=Path(data) / "data", database_url=None)
        with closing(connect(settings, backup=False)) as deps:
            root = fill(deps.sessions, folder, count, tags)
            change_profile(deps.sessions, {"people": True, "general": 0})
            allow(deps.sessions, root)
            begin = time.perf_counter()
            written = write_due(deps.sessions, deps.sidecars, BarProgress("Writing"))
            seconds = time.perf_counter() - begin
            assert written == count
    return count / seconds


def fill(sessions: Sessions, folder: Path, count: int, tags: int) -> int:
    with sessions.begin() as session:
        root = RootRow(path=os.fsencode(folder), name="bench", state="online")
        session.add(root)
        session.flush()
        for number in range(count):
            post = PostRow(
                sha256=sha256(str(number).encode()).digest(), mime="image/jpeg", state="ready"
            )
            session.add(post)
            session.flush()
            name = f"{number}.jpg"
            session.add(
                LocationRow(
                    post_id=post.id, root_id=root.id, path=name.encode(), name=name, folder="",
                    size=0, mtime_ns=0,
                )
            )  # fmt: skip
        ids = list(session.scalars(sa.select(PostRow.id)))
        root_id = root.id
    words = " ".join(f"tag_{n}" for n in range(tags))
    edit_posts(sessions, ids, words, EVERYTHING, Hand(), create=True)
    edit_due(sessions, BarProgress("Editing"))
    return root_id
