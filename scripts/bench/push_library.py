"""A library whose pictures lie in a fake Immich, mirrored and tagged, ready to be pushed."""

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.cli.bars import BarProgress
from homebooru.db.engine import Sessions
from homebooru.db.tables import AssetRow, LocationRow, MirrorRow, PostRow, RootRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.services.editing.batches import edit_due, edit_posts
from homebooru.services.outgoing import allowing, steering
from homebooru.settings import load_settings
from homebooru.wiring import Deps, connect
from tests.fakes.immich.server import FakeImmich

THERE = "/pictures/"
DIFFERENT = 50
"""So many pictures in a row have tags of their own; there are as many ways to be tagged."""


def connected(folder: Path) -> Deps:
    folder.chmod(0o755)  # the database runs as another user where we are root
    settings = replace(load_settings(), data=folder / "data", database_url=None)
    return connect(settings, backup=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Where pictures lie here and there; without a library they were uploaded."""

    server: FakeImmich
    pictures: Path
    root_id: int
    library: Any = None

    def place(self, path: str) -> tuple[int, bytes] | None:
        """Tell where a file lies here that Immich calls so."""
        return (self.root_id, path.removeprefix(THERE).encode()) if self.library else None

    def add(self, session: Session, name: str) -> None:
        """Put a picture there, and what is known of it here."""
        asset = self.server.world.add_asset(self.server.user, library=self.library, name=name)
        post = PostRow(sha256=sha256(name.encode()).digest(), mime="image/jpeg", state="ready")
        session.add(post)
        session.flush()
        if self.library is not None:
            (self.pictures / name).write_bytes(b"")
            session.add(
                LocationRow(
                    post_id=post.id, root_id=self.root_id, path=name.encode(), name=name,
                    folder="", size=0, mtime_ns=0,
                )
            )  # fmt: skip
        session.add(
            AssetRow(
                remote_id=UUID(asset.id),
                owner_id=UUID(self.server.user.id),
                post_id=post.id,
                path=asset.path,
                library_id=UUID(asset.library.id) if asset.library else None,
            )
        )


def fill(sessions: Sessions, made: Made, count: int, tags: int) -> None:
    """Make assets and their posts, tagged as people would."""
    with sessions.begin() as session:
        session.add(MirrorRow(owner_id=UUID(made.server.user.id)))
        for number in range(count):
            made.add(session, f"{number}.jpg")
        ids = list(session.scalars(sa.select(PostRow.id).order_by(PostRow.id)))
    allowing.change_profile(sessions, {"people": True, "general": 0})
    if made.library is not None:
        allowing.allow(sessions, made.root_id)
    for way in range(DIFFERENT):
        words = " ".join(f"tag_{way + number}" for number in range(tags))
        edit_posts(sessions, ids[way::DIFFERENT], words, EVERYTHING, Hand(), create=True)
        edit_due(sessions, BarProgress("Editing"))
    steering.start(sessions)


def make(sessions: Sessions, server: FakeImmich, folder: Path, *, library: bool) -> Made:
    """Make a folder, which Immich sees too where it has a `library`."""
    pictures = folder / "pictures"
    pictures.mkdir()
    there = None
    if library:
        server.world.disk.mount(THERE, pictures)
        there = server.world.add_library(server.user, THERE)
    with sessions.begin() as session:
        root = RootRow(path=os.fsencode(pictures), name="bench", state="online")
        session.add(root)
        session.flush()
        return Made(server=server, pictures=pictures, root_id=root.id, library=there)
