"""A library over a real folder of made-up pictures."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from homebooru.db.queue import release_dead_claims
from homebooru.db.tables import (
    Base,
    FormerDigestRow,
    IntakeRow,
    LocationRow,
    PostRow,
    PreparationRow,
    RootRow,
    ScanRequestRow,
    StatementRow,
    TagRow,
)
from homebooru.files.scan import DiskWalker
from homebooru.services.library.indexing import index_due
from homebooru.services.library.roots import add_root, request_scan
from homebooru.services.library.scanning import scan_due
from tests.fakes.reading import FakeReader, FakeThumbs, Told

SPRING = 1_700_000_000
KEPT = {"library", "account", "alembic_version"}
DEAD = 4711  # a worker that does not live


class Library:
    """A folder, the library that watches it, and hands to change both."""

    def __init__(self, sessions, folder):
        self.sessions, self.folder = sessions, Path(folder)
        self.clock = itertools.count(SPRING)
        self.reader, self.thumbs, self.walker = FakeReader(), FakeThumbs(), DiskWalker()

    def add(self, folder=None):
        return add_root(self.sessions, folder or self.folder)

    def write(self, name, content):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())
        self.touch(name)

    def touch(self, name):
        when = next(self.clock)
        os.utime(self.folder / name, (when, when))

    def copy(self, name, other):
        (self.folder / other).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.folder / name, self.folder / other)
        self.touch(other)

    def move(self, name, other):
        (self.folder / other).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(self.folder / other)

    def swap(self, one, other):
        self.move(one, "between")
        self.move(other, one)
        self.move("between", other)

    def delete(self, name):
        (self.folder / name).unlink()

    def scan(self, folder=b"", *, worker_id=None, again=False):
        told = Told()
        request_scan(self.sessions, None, folder, again=again)
        scan_due(self.sessions, self.walker, told, worker_id=worker_id, free_space=lambda: None)
        return told

    def index(self, *, worker_id=None, free_space=lambda: None, told=None):
        told = told or Told()
        index_due(
            self.sessions,
            self.reader,
            self.thumbs,
            told,
            worker_id=worker_id,
            free_space=free_space,
        )
        return told

    def update(self):
        """Look at everything, and read what is new."""
        told = self.scan()
        self.index()
        return told

    def hurry(self):
        """Let the time pass until all that waits is due."""
        with self.sessions.begin() as session:
            for table in (IntakeRow, PreparationRow):
                session.execute(sa.update(table).values(due=sa.func.now()))

    def rescue(self):
        """Do what a worker does when it starts: free what dead ones left."""
        with self.sessions.begin() as session:
            release_dead_claims(session, [IntakeRow, PreparationRow, ScanRequestRow])

    def root(self):
        with self.sessions() as session:
            return session.scalars(sa.select(RootRow).order_by(RootRow.id)).first()

    def posts(self):
        """Return the ids of present posts by what their files hold, as text."""
        with self.sessions() as session:
            rows = session.execute(
                sa.select(LocationRow, RootRow.path)
                .join(RootRow, RootRow.id == LocationRow.root_id)
                .where(LocationRow.missing_since.is_(None))
            )
            return {row.path.decode(): row.post_id for row, _ in rows}

    def post(self, post_id):
        with self.sessions() as session:
            return session.get(PostRow, post_id)

    def tags(self, post_id):
        with self.sessions() as session:
            return set(
                session.scalars(
                    sa.select(TagRow.name)
                    .join(PostRow, TagRow.id == sa.any_(PostRow.tag_ids))
                    .where(PostRow.id == post_id)
                )
            )

    def everything(self):
        """Return all that is known in a form that does not depend on ids or times of day."""
        with self.sessions() as session:
            names = dict(session.execute(sa.select(TagRow.id, TagRow.name)).all())
            shas = dict(session.execute(sa.select(PostRow.id, PostRow.sha256)).all())
            said = {}
            for row in session.scalars(sa.select(StatementRow)):
                said.setdefault(row.location_id, []).append((row.source, repr(row.said)))
            places = {}
            for row in session.scalars(sa.select(LocationRow)):
                places.setdefault(row.post_id, []).append(
                    (
                        row.path,
                        row.size,
                        row.mtime_ns,
                        row.sha256,
                        row.missing_since is not None,
                        sorted(said.get(row.id, [])),
                    )
                )
            formers = {}
            for row in session.scalars(sa.select(FormerDigestRow)):
                formers.setdefault(row.post_id, []).append(row.sha256)
            waiting = [
                session.scalar(sa.select(sa.func.count()).select_from(table))
                for table in (IntakeRow, PreparationRow, ScanRequestRow)
            ]
            posts = sorted(
                (
                    post.sha256,
                    sorted(formers.get(post.id, [])),
                    post.md5,
                    post.state,
                    post.pixel_digest,
                    post.missing_since is not None,
                    sorted(names[tag] for tag in post.tag_ids),
                    shas.get(post.parent_id),
                    post.dated_at,
                    sorted(places.get(post.id, [])),
                )
                for post in session.scalars(sa.select(PostRow))
            )
            return posts, waiting

    def wipe(self):
        """Forget everything, files included."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        tables = ", ".join(t.name for t in Base.metadata.sorted_tables if t.name not in KEPT)
        with self.sessions.begin() as session:
            session.execute(sa.text("set local session_replication_role = replica"))
            session.execute(sa.text(f"truncate {tables} restart identity"))


@pytest.fixture
def library(sessions, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    return Library(sessions, folder)
