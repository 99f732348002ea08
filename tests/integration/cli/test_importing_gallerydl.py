"""Taking over a folder that gallery-dl filled, as it is typed."""

import hashlib
import json

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, RememberedRow, TagRow
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.services.editing.posts import edit_post
from tests import corpus
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.takeovers import manifest, row_of


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru")
    with FakeDanbooru() as server:
        yield server


class Downloads:
    """A folder as gallery-dl fills it: pictures, and what was told of them beside."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0

    def add(self, path):
        """Add a picture; return its MD5."""
        self.number += 1
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(corpus.png(seed=self.number))
        return hashlib.md5(file.read_bytes()).hexdigest()

    def tell(self, path, **told):
        (self.folder / path).write_text(json.dumps(told, indent=4))

    def post(self, site, path, kinds, *, md5=None, **tags):
        """Add a picture of a booru with its metadata; `kinds` makes what gallery-dl adds."""
        own = self.add(path)
        row = row_of(site, md5 or own, **tags)
        added = {"filename": own, "extension": "png", "date": "2025-01-02 03:04:05"}
        self.tell(f"{path}.json", **(row | added | kinds(tags) | {"category": site}))
        return own


def lists(tags):
    """Return tags as gallery-dl adds them for Danbooru and e621."""
    names = sorted(name for some in tags.values() for name in some.split())
    return {"tags": names} | {f"tags_{kind}": some.split() for kind, some in tags.items()}


def texts(tags):
    """Return tags as it adds them for Gelbooru and Moebooru, where it is told to ask for them."""
    return {f"tags_{kind}": some for kind, some in tags.items()}


def nothing(_tags):
    return {}


@pytest.fixture
def downloads(tmp_path_factory):
    return Downloads(tmp_path_factory.mktemp("down") / "gallery-dl")


def test_a_folder_of_gallery_dls_is_taken_over_and_boorus_that_answered_are_not_asked_again(
    run, server, downloads, library, sessions
):
    danbooru = downloads.post("danbooru", "d/a.png", lists, general="1girl", character="saber")
    e621 = downloads.post("e621", "e/b.png", lists, general="solo", species="cat")
    gelbooru = downloads.post("gelbooru", "g/c.png", texts, general="sky", artist="someone")
    plain = downloads.post("gelbooru", "g/d.png", nothing, general="sea")
    yandere = downloads.post("yandere", "y/e.png", texts, general="tree", circle="us")
    other = downloads.post("danbooru", "d/converted.png", lists, md5="ab" * 16, general="old")
    pixiv = downloads.add("p/f.png")
    downloads.tell("p/f.json", category="pixiv", id=5, title="A walk", tags=["hill"])
    text = downloads.add("t/g.png")
    (downloads.folder / "t/g.png.txt").write_text("red sky\nblue sky\n")
    pages = [downloads.add(f"n/{page}.png") for page in (1, 2)]
    downloads.tell("n/info.json", category="nhentai", gallery_id=7, characters=["some one"])
    broken = downloads.add("t/h.png")
    (downloads.folder / "t/h.png.json").write_text('{"category": "danbooru", "tags"')
    downloads.tell("t/info.json", category="danbooru", subcategory="tag", tag_string="wrong")
    before = manifest(downloads.folder)

    looked = run("import", "gallery-dl", str(downloads.folder), "--dry-run")
    assert looked.exit_code == 0, looked.output
    for line in (
        "7 pictures of which more is known than what is read beside them, nothing written",
        "2  known to Danbooru",
        "1  known to e621",
        "1  known to Gelbooru",
        "1  known to yande.re",
        "2  of a gallery that is described as a whole",
        "t/h.png.json: The JSON is cut short or broken",
        "11 pictures lie there",
        "7  with metadata of gallery-dl's beside them",
        "1  with tags, addresses or notes beside them",
        "1  with nothing beside them",
    ):
        assert line in looked.stdout, looked.stdout
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RememberedRow)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(PostRow)) == 0

    done = run("import", "gallery-dl", str(downloads.folder), "--wait")
    assert done.exit_code == 0, done.output
    assert manifest(downloads.folder) == before
    assert run("tags", "fetch").exit_code == 0

    told = " ".join(asked.params.get("tags", "") for asked in server.asked)
    assert danbooru not in told
    assert all(md5 in told for md5 in (plain, other, pixiv, text, broken))
    assert library.records(danbooru)["danbooru"] == "hit"
    assert library.records(e621) == {"danbooru": "miss", "e621": "hit"}
    assert library.records(gelbooru) == {"danbooru": "miss", "gelbooru": "hit"}
    assert library.records(yandere) == {"danbooru": "miss", "yandere": "hit"}
    assert library.records(plain) == library.records(other) == {"danbooru": "miss"}
    for md5, tags in {
        danbooru: {"1girl", "saber"},
        e621: {"solo", "cat"},
        gelbooru: {"sky", "someone"},
        plain: {"sea"},
        yandere: {"tree", "us"},
        other: {"old"},
        pixiv: {"hill"},
        text: {"red_sky", "blue_sky"},
        pages[0]: {"some_one"},
        pages[1]: {"some_one"},
        broken: set(),
    }.items():
        assert library.tags(md5) == tags
    with sessions() as session:
        kinds = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
    told = [Category(kinds[name]).label for name in ("saber", "cat", "someone", "us", "some_one")]
    assert told == ["character", "species", "artist", "artist", "character"]

    # what a person says here goes before, however often it is done; and there are no doubles
    post = library.post(danbooru).id
    edit_post(sessions, post, read_edit("-1girl"), EVERYTHING, Hand(account_id=1), create=True)
    again = run("import", "gallery-dl", str(downloads.folder))
    assert again.exit_code == 0, again.output
    assert "7  of which nothing is new since the last time" in again.stdout
    assert library.tags(danbooru) == {"saber"}
    with sessions() as session:
        [waiting] = session.scalars(sa.select(RememberedRow.digest))
        assert waiting.hex() == "ab" * 16  # a picture that was another one when it was told of
        assert session.scalar(sa.select(sa.func.count()).select_from(PostRow)) == 11
