import errno
import os
import threading

import pytest

from homebooru.errors import DiskFull, HomeBooruError
from homebooru.files.thumbs import LARGE, SIZES, SMALL, ThumbStore

ONE, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.fixture
def store(tmp_path):
    return ThumbStore(tmp_path / "thumbnails")


def test_what_was_kept_is_there(store):
    assert not store.has(ONE)

    store.keep(ONE, {SMALL: b"small", LARGE: b"large"})

    assert store.has(ONE)
    assert not store.has(OTHER)
    assert store.path(ONE, SMALL).read_bytes() == b"small"
    assert store.path(ONE, LARGE).read_bytes() == b"large"


def test_half_of_it_is_not_all_of_it(store):
    store.keep(ONE, {SMALL: b"small"})

    assert not store.has(ONE)


def test_what_was_dropped_is_gone_and_may_be_dropped_again(store):
    for sha256 in (ONE, OTHER):
        store.keep(sha256, dict.fromkeys(SIZES, b"x"))

    store.drop([ONE])
    store.drop([ONE])

    assert not store.has(ONE)
    assert store.has(OTHER)


def test_folders_stay_small(store):
    assert store.path(ONE, SMALL).parent.name == "00"
    assert store.path(OTHER, SMALL).parent.name == "01"


def test_a_web_server_may_read_them_whatever_the_umask(store):
    before = os.umask(0o077)
    try:
        store.keep(ONE, {SMALL: b"x"})
    finally:
        os.umask(before)

    assert store.path(ONE, SMALL).stat().st_mode & 0o777 == 0o644
    assert store.path(ONE, SMALL).parent.stat().st_mode & 0o777 == 0o755


def test_nobody_ever_sees_half_a_file(store):
    contents = [bytes([number]) * 100_000 for number in range(4)]
    store.keep(ONE, {SMALL: contents[0]})
    stop, seen = threading.Event(), set()

    def look():
        while not stop.is_set():
            seen.add(store.path(ONE, SMALL).read_bytes())

    looker = threading.Thread(target=look)
    looker.start()
    for number in range(60):
        store.keep(ONE, {SMALL: contents[number % 4]})
    stop.set()
    looker.join()

    assert seen <= set(contents)


def test_a_full_disk_is_told(store, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fchmod", full)

    with pytest.raises(DiskFull, match="disk is full"):
        store.keep(ONE, {SMALL: b"x"})
    assert not [file for file in store.folder.rglob("*") if file.is_file()]


def test_a_folder_that_cannot_be_written_is_not_the_pictures_fault(tmp_path):
    (tmp_path / "thumbnails").write_bytes(b"I am a file")

    with pytest.raises(HomeBooruError, match="cannot be written"):
        ThumbStore(tmp_path / "thumbnails").keep(ONE, {SMALL: b"x"})


def test_what_dead_processes_left_is_swept_away(store):
    store.sweep()
    store.keep(ONE, {SMALL: b"x"})
    old, new = (store.folder / "unfinished" / name for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (1, 1))

    store.sweep()

    assert (old.exists(), new.exists()) == (False, True)
    assert store.path(ONE, SMALL).exists()
