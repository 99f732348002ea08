"""Taking over the full backup of a blombooru, as it is typed."""

import io
import zipfile

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    EditBatchRow,
    PoolPostRow,
    PoolRow,
    RememberedRow,
    TagAliasRow,
    TagImplicationRow,
    TagRow,
)
from homebooru.domain.tags import Category
from tests import corpus
from tests.fakes.boorus.danbooru import FakeDanbooru
from tests.takeovers import Blombooru, manifest


@pytest.fixture
def server():
    with FakeDanbooru() as server:
        yield server


@pytest.fixture
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def other():
    return Blombooru()


def counted(sessions, table):
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_backup_comes_over_with_its_pictures_and_only_once(run, other, library, place):
    other.tags = [
        "saber,4,1,artoria",
        'sky,0,2,"heaven,firmament"',
        '"unused,1,0,other',
        "sea,0,1,",
    ]
    first = other.add("../../evil.png", corpus.png(seed=1), "saber", "sky", rating="explicit")
    second = other.add(
        "b.png",
        corpus.png(seed=2),
        "sea",
        parent_hash=first,
        description="Hello",
        source="https://a.example/1",
        rating="questionable",
    )
    other.add("broken.png", corpus.png(seed=3), hash="0" * 32)
    other.add("unknown.png", b"", hash=None)
    other.albums = [
        {
            "id": 1,
            "name": "Walk",
            "media": [{"hash": first, "sort_position": 2}, {"hash": second, "sort_position": 1}],
        },
        {"id": 2, "name": "walk", "media_hashes": [first]},
    ]
    other.implications = [
        {"target_tags": ["saber"], "target_tag_patterns": ["s*"], "implied_tags": ["blonde"]}
    ]
    (place / "full.zip").write_bytes(other.backup())
    before = manifest(place)
    words = ("import", "blombooru", str(place / "full.zip"), "--copy-to", str(place / "new/mine"))

    looked = run(*words, "--dry-run")
    for line in (
        "3 pictures, nothing written",
        "3  known to blombooru",
        "2  pools",
        "1  implications",
        "3  tags that mean another one",
        "unknown.png: its entry makes no sense",
    ):
        assert line in looked.stdout, looked.output
    assert manifest(place) == before

    done = run(*words, "--wait")
    assert done.exit_code == 0, done.output
    assert "broken.png: what came is not the picture" in done.stdout
    assert "secret" not in done.output
    assert sorted(file.name for file in (place / "new").rglob("*.*")) == [
        f"b-{second[:8]}.png",
        f"evil-{first[:8]}.png",
    ]
    assert library.tags(first) == {"saber", "sky", "blonde"}
    one, two = library.post(first), library.post(second)
    assert (one.rating, two.rating, two.parent_id) == ("e", "q", one.id)
    assert two.sources == ["https://a.example/1"]
    with library.sessions() as session:
        categories = dict(session.execute(sa.select(TagRow.name, TagRow.category)).all())
        inside = dict(session.execute(sa.select(PoolRow.name, PoolRow.id)).all())
        order = sa.select(PoolPostRow.post_id).where(PoolPostRow.pool_id == inside["walk"])
        assert session.scalars(order.order_by(PoolPostRow.position)).all() == [two.id, one.id]
    assert inside.keys() == {"walk", "walk_2"}
    assert Category(categories["saber"]) is Category.CHARACTER
    assert "unused" not in categories
    assert counted(library.sessions, TagAliasRow) == 3
    assert counted(library.sessions, TagImplicationRow) == 1
    copies = manifest(place)

    again = run(*words, "--wait")
    assert "3  of which nothing is new since the last time" in again.stdout
    assert manifest(place) == copies
    assert counted(library.sessions, RememberedRow) == 1
    assert library.tags(first) == {"saber", "sky", "blonde"}


def packed(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_what_is_damaged_foreign_newer_or_hostile_is_refused_and_changes_nothing(
    run, other, place, sessions
):
    other.add("a.png", corpus.png(), "sky")
    other.albums = [{"id": 1, "name": "walk", "media_hashes": []}]
    good = other.backup()
    encrypted = good.replace(b"PK\x01\x02\x14\x03\x14\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x09")
    assert encrypted != good
    for content, reason in (
        (good[: len(good) // 2], "is cut short"),
        (good[:-30], "is cut short"),
        (good[100:], "is damaged in the backup"),
        (good.replace(b'"media"', b'"medea"', 1), "is damaged in the backup"),
        (b"", "is no ZIP"),
        (corpus.png(), "is no ZIP"),
        (encrypted, "It is encrypted"),
        (other.backup(**{"backup.json": None}), "there is no backup.json"),
        (packed(**{"a.png": corpus.png()}), "there is no backup.json"),
        (other.backup(**{"backup.json": b'{"media": ['}), "backup.json is cut short or broken"),
        (other.backup(**{"backup.json": b"[" * 100_000}), "backup.json is cut short or broken"),
        (other.backup(**{"backup.json": b"[]"}), "does not tell of any media"),
        (other.backup(**{"backup.json": b'{"media": [1]}'}), "media make no sense"),
        (other.backup(**{"backup.json": other.told(schema_version=13)}), "newer than is known"),
        (other.backup(**{"backup.json": other.told(type="tags_dump")}), "no full backup"),
        (other.backup(**{"../../evil.png": b"x"}), "leads out of it"),
        (other.backup(**{"/etc/evil": b"x"}), "leads out of it"),
        (other.backup(**{"C:\\evil": b"x"}), "leads out of it"),
        (packed(**{"backup.json": b" " * (20 << 20)}), "would burst"),
    ):
        (place / "bad.zip").write_bytes(content)
        result = run("import", "blombooru", str(place / "bad.zip"), "--copy-to", str(place / "new"))
        assert result.exit_code == 1, (reason, result.output)
        assert reason in result.stderr, (reason, result.output)
        assert not list(place.glob("new/**/*.*"))
    for table in (RememberedRow, EditBatchRow, PoolRow, TagRow):
        assert counted(sessions, table) == 0
