import hashlib
import os
import signal

import pytest

from homebooru.errors import FileGone, NoPicture, Unreadable
from homebooru.files.reader import PooledReader
from homebooru.files.thumbs import ThumbStore
from tests.corpus import black_png, hostile_files, jpeg, png


@pytest.fixture
def store(tmp_path):
    return ThumbStore(tmp_path / "data" / "thumbnails")


@pytest.fixture
def reader(store):
    reader = PooledReader(
        processes=1,
        seconds=30,
        memory_mb=2048,
        megapixels=50,
        thumbs=store,
        foreign_tags=("autotag_*",),
    )
    yield reader
    reader.close()


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "pictures"
    (root / "folder").mkdir(parents=True)
    return root


def test_a_file_arrives_with_its_identity_and_its_words(reader, root):
    (root / "folder" / "a.jpg").write_bytes(jpeg())
    (root / "folder" / "a.jpg.txt").write_text("blue_sky\nautotag_3\n")
    (root / "folder" / "a.jpg.json").write_text("{ this is no JSON")

    arrival = reader.read_file(os.fsencode(root), b"folder/a.jpg").result()

    assert arrival.digests.sha256 == hashlib.sha256(jpeg()).digest()
    assert arrival.stamp.size == len(jpeg())
    assert [tag.name for tag in arrival.words.said["text"].tags] == ["blue_sky"]
    assert list(arrival.words.problems) == [b"folder/a.jpg.json"]


def test_words_can_be_read_alone(reader, root):
    (root / "a.jpg").write_bytes(jpeg())
    (root / "a.jpg.txt").write_text("blue_sky\n")

    arrival = reader.read_file(os.fsencode(root), b"a.jpg", words_only=True).result()

    assert arrival.digests is None
    assert arrival.stamp.mtime_ns == (root / "a.jpg").stat().st_mtime_ns
    assert "text" in arrival.words.said


def test_a_picture_is_prepared(reader, store, root):
    (root / "a.png").write_bytes(png(1200, 800))
    sha256 = hashlib.sha256(png(1200, 800)).digest()

    facts = reader.prepare(os.fsencode(root / "a.png"), sha256).result()

    assert (facts.mime, facts.width, facts.height) == ("image/png", 1200, 800)
    assert store.has(sha256)


def test_names_of_any_bytes_are_read(reader, root):
    name = b"m\xfcll\nand more" + b"x" * 230 + b".png"
    (root / os.fsdecode(name)).write_bytes(png())

    assert reader.read_file(os.fsencode(root), name).result().digests.size == len(png())
    file = os.fsencode(root) + b"/" + name
    assert reader.prepare(file, hashlib.sha256(png()).digest()).result().width == 64


def test_what_cannot_be_read_has_a_reason(reader, store, root):
    bomb = black_png(20_000, 20_000)
    (root / "bomb.png").write_bytes(bomb)
    os.mkfifo(root / "pipe.png")

    with pytest.raises(FileGone):
        reader.read_file(os.fsencode(root), b"nowhere.png").result()
    with pytest.raises(Unreadable, match="no regular file"):
        reader.read_file(os.fsencode(root), b"pipe.png").result()
    with pytest.raises(Unreadable, match="megapixels"):
        reader.prepare(os.fsencode(root / "bomb.png"), hashlib.sha256(bomb).digest()).result()
    assert not store.has(hashlib.sha256(bomb).digest())


def test_a_picture_that_takes_too_much_memory_is_given_up(store, root):
    bomb = black_png(16_000, 16_000)  # 256 MB once it is decoded
    (root / "bomb.png").write_bytes(bomb)
    reader = PooledReader(
        processes=1, seconds=30, memory_mb=600, megapixels=300, thumbs=store, foreign_tags=()
    )
    try:
        sha256 = hashlib.sha256(bomb).digest()
        with pytest.raises(Unreadable, match="more than 600 MB of memory"):
            reader.prepare(os.fsencode(root / "bomb.png"), sha256).result()
    finally:
        reader.close()


def test_killing_readers_again_and_again_loses_nothing(reader, store, root):
    contents = [png(seed=seed) for seed in range(12)]
    for number, content in enumerate(contents):
        (root / f"{number}.png").write_bytes(content)
    sha256s = [hashlib.sha256(content).digest() for content in contents]
    futures = [
        reader.prepare(os.fsencode(root / f"{number}.png"), sha256)
        for number, sha256 in enumerate(sha256s)
    ]

    for future in futures[::4]:
        future.result(timeout=30)
        for pid in reader.pids():
            os.kill(pid, signal.SIGKILL)

    assert all(future.result(timeout=30).width == 64 for future in futures)
    assert all(store.has(sha256) for sha256 in sha256s)


def test_no_hostile_file_stops_a_reader_or_is_changed_by_it(reader, store, root):
    hostile = hostile_files()
    futures = {}
    for name, (content, _) in hostile.items():
        (root / name).write_bytes(content)
        os.utime(root / name, (1_000_000_000, 1_000_000_000))
        sha256 = hashlib.sha256(content).digest()
        futures[name] = reader.prepare(os.fsencode(root / name), sha256)
    first = reader.pids()

    for name, (content, expected) in hostile.items():
        error = futures[name].exception(timeout=60)
        if expected in ("ready", "damaged"):
            assert error is None
            assert store.has(hashlib.sha256(content).digest())
        elif "megapixels" not in expected:  # here the limit is another
            assert type(error) in (Unreadable, NoPicture)
            assert expected in str(error)
        assert (root / name).read_bytes() == content
        assert (root / name).stat().st_mtime == 1_000_000_000
    assert set(reader.pids()) >= set(first)
