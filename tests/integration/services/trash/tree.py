"""A folder of pictures with their posts, as indexing would have left them, to be thrown away."""

from __future__ import annotations

import hashlib
import os

import sqlalchemy as sa

from homebooru.db.queries.trash.showing import order_removal
from homebooru.db.tables import LocationRow, PostRow, RootRow, TrashedFileRow, TrashOrderRow
from homebooru.domain.scope import EVERYTHING
from homebooru.files.trash import TRASH
from tests.factories import edit_post, make_location, make_post, make_root


class Tree:
    """Pictures hold their own first path as their bytes."""

    WORDS = (".xmp", ".txt", ".json")

    def __init__(self, sessions, folder):
        self.sessions = sessions
        self.folder = folder
        folder.mkdir()
        with sessions.begin() as session:
            make_root(session, str(folder))

    def write(self, path, content, of=None):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        if of is not None:
            with self.sessions.begin() as session:
                self._locate(session, session.get_one(PostRow, of), path)

    def add(self, path, *copies, beside=None):
        for one in (path, *copies):
            self.write(one, path)
        for name, words in (beside or {}).items():
            self.write(name, words)
        with self.sessions.begin() as session:
            sha256 = hashlib.sha256(path.encode()).digest()
            post = make_post(session, root=None, sha256=sha256, size=len(path))
            for one in (path, *copies):
                self._locate(session, post, one)
            return post.id

    def _locate(self, session, post, path):
        folder, _, name = path.rpartition("/")
        mtime_ns = (self.folder / path).stat().st_mtime_ns
        make_location(
            session, post, name=name, folder=folder, root=str(self.folder), mtime_ns=mtime_ns
        )

    # What people do

    def trash(self, *posts):
        self._edit(posts, "is:trashed")

    def restore(self, *posts):
        self._edit(posts, "-is:trashed")

    def _edit(self, posts, script):
        for post in posts:
            with self.sessions.begin() as session:
                edit_post(session, post, script)

    def empty(self):
        with self.sessions.begin() as session:
            return order_removal(session, EVERYTHING)

    def hurry(self):
        """Let the time pass until everything is tried again."""
        with self.sessions.begin() as session:
            session.execute(sa.update(TrashOrderRow).values(due=sa.func.now()))

    def set_root(self, **values):
        with self.sessions.begin() as session:
            session.execute(sa.update(RootRow).values(**values))

    # What there is

    def files(self):
        return {
            os.path.relpath(path, self.folder): path.read_text()
            for path in self.folder.rglob("*")
            if path.is_file()
        }

    def contents(self):
        """All contents; a file with two names, as a kill may leave it, counts once."""
        seen = {path.stat().st_ino: path for path in self.folder.rglob("*") if path.is_file()}
        return [path.read_text() for path in seen.values()]

    def outside(self):
        files = self.files().items()
        return {path: text for path, text in files if not path.startswith(TRASH.decode())}

    def places(self):
        """Of all present places as people know them, the kind; each is where it is said to be."""
        with self.sessions() as session:
            rows = session.scalars(
                sa.select(LocationRow).where(LocationRow.missing_since.is_(None))
            ).all()
            assert all((self.folder / os.fsdecode(row.path)).is_file() for row in rows)
            return {f"{row.folder}/{row.name}".lstrip("/"): row.kind for row in rows}

    def trashed(self):
        return self._posts(PostRow.trashed_at.is_not(None))

    def missing(self):
        return self._posts(PostRow.missing_since.is_not(None))

    def _posts(self, wanted):
        with self.sessions() as session:
            return list(session.scalars(sa.select(PostRow.id).where(wanted).order_by(PostRow.id)))

    def digest(self, post):
        with self.sessions() as session:
            return session.get_one(PostRow, post).sha256

    def trash_rows(self):
        with self.sessions() as session:
            return tuple(
                session.scalar(sa.select(sa.func.count()).select_from(table))
                for table in (TrashedFileRow, TrashOrderRow)
            )
