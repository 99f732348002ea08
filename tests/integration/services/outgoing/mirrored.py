"""A library whose pictures lie in a fake Immich, mirrored as far as pushes need it."""

from __future__ import annotations

import itertools
from contextlib import closing
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.tables import AssetRow, MirrorRow, PushOrderRow, PushRow, RootRow, SidecarOrderRow
from homebooru.domain.outgoing.pushing import Channel
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.immich.user import open_user
from homebooru.services.outgoing import allowing, pushing, steering, writing
from tests.factories import edit_post, make_post
from tests.integration.services.trash.tree import Tree

THERE = "/pictures/"


class Mirrored:
    """What people say here and there, and the pushes between."""

    def __init__(self, sessions, server, progress):
        self.sessions = sessions
        self.server = server
        self.progress = progress
        self.told = []
        self.places = {}
        progress.report_error = lambda *said: self.told.append(said)
        self._numbers = itertools.count(1)
        with sessions.begin() as session:
            session.add(MirrorRow(owner_id=UUID(server.user.id)))
        allowing.change_profile(sessions, {"people": True, "general": 0})

    def add(self, words="", *, post=None, **more):
        """Put an asset there and a post here; return both."""
        asset = self.server.world.add_asset(self.server.user, **more)
        with self.sessions.begin() as session:
            if post is None:
                digest = next(self._numbers).to_bytes(32, "big")
                post = make_post(session, root=None, sha256=digest).id
            session.add(
                AssetRow(
                    remote_id=UUID(asset.id),
                    owner_id=UUID(self.server.user.id),
                    post_id=post,
                    library_id=UUID(asset.library.id) if asset.library else None,
                    path=asset.path,
                )
            )
        if words:
            self.edit(post, words)
        return post, asset

    def edit(self, post, words):
        with self.sessions.begin() as session:
            edit_post(session, post, words)

    def push(self):
        with closing(open_user(self.server.url, self.server.key.text)) as user:
            users = {UUID(self.server.user.id): user}
            done = pushing.push_due(
                self.sessions,
                users,
                self.progress,
                places=self.places.get,
                pause=lambda _: None,
            )
            steering.delete_tags(self.sessions, users)
        return done

    def work(self):
        writing.write_due(self.sessions, DiskSidecars(), self.progress)
        self.hurry()
        return self.push()

    def hurry(self):
        with self.sessions.begin() as session:
            for orders in (PushOrderRow, SidecarOrderRow):
                session.execute(sa.update(orders).values(due=sa.func.now(), claimed_by=None))

    def states(self):
        with self.sessions() as session:
            rows = session.execute(sa.select(PushRow.state).order_by(PushRow.asset_id))
            return [row.state for row in rows]

    def reasons(self):
        with self.sessions() as session:
            return set(session.scalars(sa.select(PushRow.reason)))

    def waiting(self):
        with self.sessions() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(PushOrderRow))

    def written(self):
        """Return how many requests wanted something changed, and forget them all."""
        writes = len(self.server.writes)
        self.server.asked.clear()
        return writes


class External(Mirrored):
    """A folder of ours that is an external library of Immich's, which may not write there."""

    def __init__(self, sessions, server, progress, folder):
        super().__init__(sessions, server, progress)
        self.tree = Tree(sessions, folder)
        server.world.disk.mount(THERE, folder)
        server.world.disk.make_read_only(THERE)
        self.library = server.world.add_library(server.user, THERE)
        with sessions() as session:
            self.root = session.scalars(sa.select(RootRow.id)).one()

    def see(self, name, words, sidecar=None):
        if sidecar is not None:
            (self.tree.folder / f"{name}.xmp").write_bytes(sidecar)
        post = self.tree.add(name)
        self.places[THERE + name] = (self.root, name.encode())
        return self.add(words, post=post, library=self.library, name=name)

    def beside(self, name):
        return (self.tree.folder / f"{name}.xmp").read_bytes()

    def write_by_hand(self, name, tag):
        """Have another program put a tag behind the first one of a sidecar."""
        before, end, after = self.beside(name).partition(b"</rdf:li>")
        more = b"<rdf:li>%b</rdf:li>" % tag.encode()
        (self.tree.folder / f"{name}.xmp").write_bytes(before + end + more + after)


def values(asset):
    return {tag.value for tag in asset.tags}


def general(*names):
    return {f"booru/General/{name}" for name in names}


__all__ = ["THERE", "Channel", "External", "Mirrored", "general", "values"]
