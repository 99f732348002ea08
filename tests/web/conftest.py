"""A small house to visit: an application over a real database, with real pictures on disk."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType, MethodType
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.routing import Rule

from homebooru.db.tables import LocationRow, PostRow, RootRow, TagRow
from homebooru.domain.ratings import Rating
from homebooru.files.scan import DiskWalker
from homebooru.files.thumbs import SIZES, ThumbStore
from homebooru.services.accounts import accounts, passwords
from homebooru.services.tags.counting import fold_counts
from homebooru.settings import Settings
from homebooru.web import create_app
from homebooru.web.serving import assets
from homebooru.wiring import Deps
from tests import corpus
from tests.factories import make_posts
from tests.web.browsing import DESK, PHONE, arguments, find_browser, follow, served, watch
from tests.web.visiting import PASSWORD


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hash passwords in no time; how well they are kept is shown where accounts are tested."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "HASHER", PasswordHasher(1, 8, 1))
        yield


@pytest.fixture(scope="session", autouse=True)
def addresses_compiled_once():
    """Compile the addresses of a route once for all the applications of a process.

    It takes more than a tenth of a second for each application, and depends on the routes alone.
    """
    made = {}
    compile_anew = Rule.compile

    def compiled(rule):
        how = rule.merge_slashes, repr(rule.defaults), tuple(rule.map.converters.items())
        key = rule.rule, rule.subdomain, rule.host, *how
        if key not in made:
            compile_anew(rule)
            builders = rule._build.__func__, rule._build_unknown.__func__
            made[key] = rule._parts, rule._trace, rule._converters, rule.arguments, *builders
        rule._parts, rule._trace, rule._converters, arguments, *builders = made[key]
        rule.arguments = set(arguments)
        rule._build, rule._build_unknown = (MethodType(build, rule) for build in builders)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Rule, "compile", compiled)
        yield


@pytest.fixture(scope="session", autouse=True)
def assets_read_once():
    """Read the files that pages are made of once for all the applications of a process."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(assets, "read_assets", cache(assets.read_assets))
        yield


class Compiled(BytecodeCache):
    """Templates, compiled once for all the applications of a process."""

    def __init__(self) -> None:
        self._code: dict[str, CodeType] = {}

    def load_bytecode(self, bucket):
        bucket.code = self._code.get(bucket.key + bucket.checksum)

    def dump_bytecode(self, bucket):
        self._code[bucket.key + bucket.checksum] = bucket.code


COMPILED = Compiled()


class Browser(FlaskClient):
    """A client that takes answers whole, so that no file stays open."""

    def open(self, *arguments, **more):
        return super().open(*arguments, **{"buffered": True} | more)


@lru_cache(100)
def thumbnails_of(size: tuple[int, int], pixels: bytes) -> dict[int, bytes]:
    """Make thumbnails, once for all the tests of a process that show the same picture."""
    kept = {}
    for most in SIZES:
        smaller = Image.frombytes("RGB", size, pixels)
        smaller.thumbnail((most, most))
        kept[most] = corpus.encoded(smaller, "WEBP", method=0)
    return kept


@dataclass
class House:
    """Puts pictures into the gallery as indexing would have left them."""

    deps: Deps
    folder: Path

    def add(self, name: str = "picture.png", content: bytes | None = None, **more) -> int:
        """Add a picture as `_lay` has it; return its post."""
        [post_id] = self.add_all([{"name": name, "content": content, **more}])
        return post_id

    def add_all(self, pictures: Iterable[dict[str, Any]]) -> list[int]:
        """Add pictures in one go, which takes a fraction of the time; return their posts."""
        laid = [self._lay(**picture) for picture in pictures]
        with self.deps.sessions.begin() as session:
            return [post.id for post in make_posts(session, laid)]

    def _lay(
        self,
        *,
        name: str,
        content: bytes | None = None,
        folder: str = "",
        seed: int = 0,
        thumbnails: bool = True,
        **columns,
    ) -> dict[str, Any]:
        """Put a picture on the disk; return what its post is to be."""
        content = corpus.png(seed=seed) if content is None else content
        path = self.folder / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).digest()
        post = {"sha256": sha256, "size": len(content), "width": 64, "height": 48} | columns
        if thumbnails:
            self.keep_thumbnails(post["sha256"], content)
        file = {"name": name, "folder": folder, "root": str(self.folder)}
        return file | {"mtime_ns": path.stat().st_mtime_ns} | post

    def keep_thumbnails(self, sha256: bytes, content: bytes) -> None:
        try:
            image = Image.open(io.BytesIO(content)).convert("RGB")
        except OSError:
            image = corpus.picture()
        self.deps.thumbs.keep(sha256, thumbnails_of(image.size, image.tobytes()))

    row = PostRow

    def digest_of(self, post_id: int) -> str:
        with self.deps.sessions.begin() as session:
            return session.get_one(PostRow, post_id).sha256.hex()

    def set_path(self, post_id: int, path: bytes) -> None:
        self._write(LocationRow, LocationRow.post_id == post_id, path=path)

    def set_parent(self, post_id: int, parent_id: int) -> None:
        self._write(PostRow, PostRow.id == post_id, parent_id=parent_id)

    def rate(self, post_id: int, rating: Rating) -> None:
        self._write(PostRow, PostRow.id == post_id, rating=rating)

    def name_tag(self, name: str, other: str) -> None:
        self._write(TagRow, TagRow.name == name, name=other)

    def name_root(self, name: str) -> None:
        self._write(RootRow, sa.true(), name=name, state_reason=name, state="offline")

    def _write(self, table, wanted, **values) -> None:
        with self.deps.sessions.begin() as session:
            session.execute(sa.update(table).where(wanted).values(**values))

    def path_of(self, post_id: int) -> Path:
        with self.deps.sessions.begin() as session:
            [row] = session.query(LocationRow).filter_by(post_id=post_id)
            return self.folder / os.fsdecode(row.path)


@pytest.fixture
def settings(tmp_path, database_url):
    return Settings(data=tmp_path / "data", database_url=database_url)


@pytest.fixture
def deps(settings, engine, sessions):
    thumbs = ThumbStore(settings.data / "thumbnails")
    return Deps(
        settings=settings, engine=engine, sessions=sessions, thumbs=thumbs, walker=DiskWalker(())
    )


@pytest.fixture
def house(deps, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    return House(deps, folder)


@pytest.fixture
def app(deps):
    app = create_app(deps)
    app.jinja_env.bytecode_cache = COMPILED
    app.test_client_class = Browser
    return app


@pytest.fixture
def client(app):
    """A browser on the machine itself."""
    return app.test_client()


@pytest.fixture
def ada(sessions):
    """The owner, with a password."""
    return accounts.add_account(sessions, "Ada", PASSWORD)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests of a process; Playwright does not run twice in one."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        yield started
        started.close()


@pytest.fixture
def address(app):
    """Where the application answers browsers."""
    with served(app) as address:
        yield address


@pytest.fixture
def visit(browser, address):
    """Opens pages as devices do, each with cookies of its own; in the end none may complain."""
    pages = []

    def open_page(**device):
        page = browser.new_context(base_url=address, **device).new_page()
        page.set_default_timeout(15_000)
        page.complaints = watch(page)
        page.asked = follow(page)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.context.close()
    assert [complaint for page in pages for complaint in page.complaints] == []


@pytest.fixture
def page(visit):
    """A page on a desk."""
    return visit(**DESK)


@pytest.fixture
def phone(visit):
    """A page on a phone."""
    return visit(**PHONE)


@pytest.fixture
def posts(house, sessions):
    """Three posts to edit: each is a cat and a dog, and both tags are counted."""
    made = [house.add(f"{n}.png", tags="cat dog", seed=n, thumbnails=False) for n in range(3)]
    fold_counts(sessions)
    return made
