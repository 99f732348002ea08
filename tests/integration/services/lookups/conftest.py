"""A library, and boorus on loopback that know some of it."""

import hashlib
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from homebooru.db.queue import Work
from homebooru.db.tables import PostRow, RecordRow, ServiceRow, TagRow
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import ThumbStore
from homebooru.services.library.settling import settle
from homebooru.services.lookups.asking import look_up_due
from homebooru.services.lookups.enabling import keep_sources
from homebooru.services.working import is_anything_waiting
from homebooru.settings import load_settings
from homebooru.wiring import Deps
from tests.factories import make_posts
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.boorus.e621 import FakeE621
from tests.fakes.boorus.gelbooru import FakeGelbooru
from tests.fakes.boorus.moebooru import FakeMoebooru
from tests.integration.services.conftest import Quiet

FAKES = {
    "danbooru": FakeDanbooru,
    "e621": FakeE621,
    "yandere": FakeMoebooru,
    "gelbooru": FakeGelbooru,
}
FIRST = ("danbooru", "e621", "yandere")


class Told(Quiet):
    """Goes on, and keeps what could not be done."""

    def __init__(self):
        super().__init__()
        self.errors = {}

    def report_error(self, what, reason):
        self.errors[what] = reason


class World:
    """Posts here and there."""

    def __init__(self, deps, servers, given):
        self.deps = deps
        self.sessions = deps.sessions
        self.servers = servers
        self.given = given

    def __getitem__(self, name):
        return self.servers[name]

    def enable(self, *names):
        keep_sources(self.sessions, names)

    def add(self, number=1, **columns):
        """Add posts as indexing does; return their ids."""
        with self.sessions.begin() as session:
            made = [post.id for post in make_posts(session, [columns] * number)]
            settle(session, made)
            return made

    def look_up(self, *, hurry=True, **options):
        self.told = Told()
        with self.deps.sources() as sources:
            return look_up_due(self.sessions, sources, self.told, hurry=hurry, **options)

    def is_waiting(self):
        return is_anything_waiting(self.sessions, [Work.LOOKUPS])

    def reopen(self):
        """Let the time pass for which services are left alone."""
        with self.sessions.begin() as session:
            session.execute(sa.update(ServiceRow).values(closed_until=None, failures=0))

    def make_due(self, source):
        with self.sessions.begin() as session:
            session.execute(
                sa.update(RecordRow).where(RecordRow.source == source).values(due=sa.func.now())
            )

    def outcomes(self, post_id):
        with self.sessions.begin() as session:
            rows = session.scalars(sa.select(RecordRow).where(RecordRow.post_id == post_id))
            return {row.source: row.outcome for row in rows}

    def tags(self, post_id):
        with self.sessions.begin() as session:
            ids = session.get_one(PostRow, post_id).tag_ids
            return set(session.scalars(sa.select(TagRow.name).where(TagRow.id.in_(ids))))

    def post(self, post_id):
        with self.sessions.begin() as session:
            return session.get_one(PostRow, post_id)

    def asked(self):
        return {name: len(server.asked) for name, server in self.servers.items()}


def md5_of(post_id):
    """Return the digest that the factory gives to a post."""
    return hashlib.md5(str(post_id).encode()).hexdigest()


@pytest.fixture
def back_off():
    """How much of the usual time whoever failed is left alone."""
    return 1


@pytest.fixture
def world(engine, sessions, tmp_path, back_off):
    with ExitStack() as leaving:
        servers = {name: leaving.enter_context(fake()) for name, fake in FAKES.items()}
        given = {
            "HOMEBOORU_BACK_OFF": str(back_off),
            "HOMEBOORU_CONTACT": "me@example.org",
            "HOMEBOORU_GELBOORU_USER": "4711",
            "HOMEBOORU_GELBOORU_API_KEY": "geheim",
        }
        for name, server in servers.items():
            given[f"HOMEBOORU_{name.upper()}_URL"] = server.url
            given[f"HOMEBOORU_{name.upper()}_PACE"] = "0"
        deps = Deps(
            settings=load_settings(given, tmp_path / "homebooru.toml"),
            engine=engine,
            sessions=sessions,
            thumbs=ThumbStore(tmp_path / "thumbs"),
            walker=DiskWalker(()),
        )
        yield World(deps, servers, given)
