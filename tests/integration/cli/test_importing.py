"""Taking over what another HomeBooru knew, as it is typed."""

import sqlite3
from contextlib import closing
from functools import partial

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    FavouriteRow,
    PoolPostRow,
    PoolRow,
    PostRow,
    RememberedRow,
    TagImplicationRow,
    TagRow,
)
from homebooru.domain.editing.reading import read_edit
from homebooru.domain.editing.words import Hand
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import Category
from homebooru.services.editing.batches import revert_batch
from homebooru.services.editing.posts import edit_post
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.fakes.reverse.saucenao import FakeSauceNao
from tests.takeovers import OldHomeBooru, manifest, row_of


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("HOMEBOORU_SOURCES", "danbooru")
    with FakeDanbooru() as server:
        yield server


@pytest.fixture
def old(tmp_path_factory):
    return OldHomeBooru(tmp_path_factory.mktemp("other") / "old")


def said(site, **tags):
    """Return how a site tells a picture, once its digest is known."""
    return partial(row_of, site, **tags)


def edited_copy(old, path, other, tags):
    """Let a picture lie at another path too, where a person gave it other tags."""
    (old.pictures / other).write_bytes((old.pictures / path).read_bytes())
    old.entries[other] = old.entries[path] | {"tags": tags}


def test_a_file_based_homebooru_is_taken_over_in_place_and_nobody_is_asked_again(
    run, server, old, library, sessions
):
    both = old.add(
        "a/both.png",
        {
            "danbooru": said("danbooru", general="solo 1girl", character="saber", artist="x"),
            "e621": said("e621", general="1girl", species="cat"),
        },
        tags="1girl cat mine saber solo:gone x",
    )
    plain = old.add(
        "b.png",
        {"gelbooru": said("gelbooru", general="sky"), "yandere": said("yandere", general="sea")},
    )
    edited_copy(old, "b.png", "b2.png", "sea their_word")
    nobody = old.add("c.png")
    service = FakeSauceNao()
    alike = service.result(91.5, {"danbooru_id": 5, "creator": "somebody"})
    search = {"header": service.header(0), "results": [alike]}
    found = old.add(
        "d.png",
        {"danbooru": said("danbooru", general="tree")},
        saucenao_lookup=True,
        saucenao_response=search,
    )
    told = {"tags": "dog ears", "tag_string_general": "ears", "tag_string_character": "dog"}
    model = old.add(
        "e.png", {"camie_tagger": lambda _: told}, camie_tagger_lookup=True, saucenao_lookup=True
    )
    words = old.add("f.png", tags="hand_written", sources=[])
    blank = old.add("g.png", tags="", camie_tagger_lookup=True)
    old.add("gone.png")
    (old.pictures / "gone.png").unlink()
    old.write()
    (old.folder / "metadata" / f"{'0' * 32}.json").write_text('{"md5":')
    before = manifest(old.folder)

    looked = run("import", "homebooru", str(old.folder), "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "8 pictures, nothing written" in looked.stdout
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RememberedRow)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(PostRow)) == 0

    done = run("import", "homebooru", str(old.folder), "--wait")
    assert done.exit_code == 0, done.output
    assert "8 pictures\n" in done.stdout
    for line in (
        "2  known to Danbooru",
        "2  that a person edited",
        "1  of which the file is not there, left out",
        "is cut short or broken",
    ):
        assert line in done.stdout, done.stdout
    assert manifest(old.folder) == before
    assert server.asked == []

    assert library.tags(both) == {"1girl", "cat", "mine", "saber", "x", "solo:gone"}
    assert library.tags(plain) == {"sea", "their_word"}
    assert library.tags(nobody) == set()
    assert library.tags(found) >= {"tree"}
    assert library.tags(model) == {"dog", "ears"}
    assert library.tags(words) == {"hand_written"}
    misses = dict.fromkeys(("danbooru", "e621", "gelbooru", "yandere"), "miss")
    assert library.records(nobody) == misses
    assert library.records(both) == misses | {"danbooru": "hit", "e621": "hit"}
    assert library.records(found) == misses | {"danbooru": "hit", "saucenao": "hit"}
    assert library.records(blank) == misses | {"camie": "miss"}
    assert library.records(model) == misses | {"saucenao": "miss", "camie": "hit"}
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(RememberedRow)) == 0
        categories = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
    told = [Category(categories[name]).label for name in ("saber", "x", "cat")]
    assert told == ["character", "artist", "species"]

    # what a person says here goes before what they had said there, however often it is done
    post = library.post(both).id
    edit_post(sessions, post, read_edit("solo -mine"), EVERYTHING, Hand(account_id=1), create=True)
    again = run("import", "homebooru", str(old.folder), "--wait")
    assert again.exit_code == 0, again.output
    assert library.tags(both) == {"1girl", "cat", "solo", "saber", "x", "solo:gone"}
    assert server.asked == []
    with sessions() as session:
        batch = session.scalar(sa.text("select min(id) from edit_batch where changed > 0"))
    revert_batch(sessions, batch, EVERYTHING, Hand(account_id=1))
    assert "solo:gone" not in library.tags(both)


def leave_in_the_log(database, statement):
    """Leave a database behind as a program does that is killed after it said something."""
    log = database.with_name(f"{database.name}-wal")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute(statement)
        connection.commit()
        left = database.read_bytes(), log.read_bytes()
    database.write_bytes(left[0])
    log.write_bytes(left[1])


def test_the_sqlite_program_after_it_brings_pools_favourites_and_implications_too(
    run, server, old, library, sessions
):
    first = old.add("1.png", {"danbooru": said("danbooru", general="sky tree")})
    second = old.add("2.png", {"danbooru": said("danbooru", general="sea")})
    old.turn(
        f"insert into tag_deltas values ('{first}', 'kept', 'general', 'add')",
        f"insert into tag_deltas values ('{first}', 'tree', 'general', 'remove')",
        f"insert into tag_deltas values ('{first}', 'rating:explicit', 'meta', 'add')",
        "insert into favourites values (2)",
        "insert into pools values (1, 'My Walk', 'by the sea')",
        "insert into pool_images values (1, 2, 0)",
        "insert into tags values (1, 'sky', 'general'), (2, 'outdoors', 'general'), (3, 'sea', '')",
        "insert into tag_implications values (1, 2, 'manual', 'active'), "
        "(3, 2, 'statistical', 'active')",
    )
    leave_in_the_log(old.folder / "booru.db", "insert into pool_images values (1, 1, 1)")
    before = manifest(old.folder)
    for _ in range(2):
        done = run("import", "homebooru", str(old.folder), "--wait")
        assert done.exit_code == 0, done.output
    assert server.asked == []
    assert manifest(old.folder) == before
    assert library.tags(first) == {"sky", "kept", "outdoors"}
    assert library.post(first).rating == "e"
    assert library.tags(second) == {"sea"}
    with sessions() as session:
        assert session.scalars(sa.select(FavouriteRow.post_id)).all() == [library.post(second).id]
        [pool] = session.scalars(sa.select(PoolRow))
        assert (pool.name, pool.description) == ("my_walk", "by the sea")
        inside = sa.select(PoolPostRow.post_id).order_by(PoolPostRow.position)
        assert session.scalars(inside).all() == [library.post(second).id, library.post(first).id]
        assert session.scalar(sa.select(sa.func.count()).select_from(TagImplicationRow)) == 1


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"tags.json": b'{"a.png": {"tags"'}, "is cut short or broken"),
        ({"tags.json": b"[]"}, "holds no JSON object"),
        ({"booru.db": b"no database, but long enough to be read as one" * 9}, "damaged"),
        ({"booru.db": b""}, "no table of pictures"),
        ({}, "there is no tags.json, and no booru.db"),
    ],
)
@pytest.mark.usefixtures("server")
def test_a_folder_that_makes_no_sense_is_refused_and_changes_nothing(
    run, tmp_path_factory, sessions, files, reason
):
    folder = tmp_path_factory.mktemp("other")
    (folder / "static/images").mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    result = run("import", "homebooru", str(folder))
    assert result.exit_code != 0
    assert reason in result.stderr
    with sessions() as session:
        assert session.scalar(sa.text("select count(*) from edit_batch")) == 0
        assert session.scalar(sa.text("select count(*) from root")) == 0
