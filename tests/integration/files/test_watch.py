import os

import pytest

from homebooru.files import watch
from homebooru.files.watch import FolderWatcher, outermost
from tests.waiting import until


@pytest.fixture
def heard():
    return []


@pytest.fixture
def watcher(heard, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "QUIET", 0.05)
    (tmp_path / "root").mkdir()
    made = FolderWatcher(
        lambda root_id, folder: heard.append((root_id, folder)), never=[tmp_path / "root" / "data"]
    )
    yield made
    made.close()


def test_changes_are_told_by_folder(watcher, heard, tmp_path):
    root = tmp_path / "root"
    (root / "sub").mkdir()
    assert watcher.follow({7: os.fsencode(root)}) == {7: None}

    (root / "sub" / "a.jpg").write_bytes(b"x")
    until(lambda: (7, b"sub") in heard)
    (root / "sub" / "a.jpg").rename(root / "b.jpg")
    until(lambda: (7, b"") in heard)
    heard.clear()
    (root / "b.jpg.xmp").write_bytes(b"x")
    until(lambda: (7, b"") in heard)


def test_new_folders_are_watched_as_well(watcher, heard, tmp_path):
    root = tmp_path / "root"
    watcher.follow({7: os.fsencode(root)})
    (root / "new").mkdir()
    until(lambda: (7, b"new") in heard)
    heard.clear()
    (root / "new" / "a.jpg").write_bytes(b"x")
    until(lambda: (7, b"new") in heard)


def test_what_is_no_picture_or_not_ours_is_not_told(watcher, heard, tmp_path):
    root = tmp_path / "root"
    for folder in ("data", ".hidden", "@eaDir"):
        (root / folder).mkdir()
    watcher.follow({7: os.fsencode(root)})

    for name in ("notes.md", "data/a.jpg", ".hidden/a.jpg", "@eaDir/a.jpg"):
        (root / name).write_bytes(b"x")
    (root / "last.jpg").write_bytes(b"x")
    until(lambda: heard)

    assert set(heard) == {(7, b"")}
    heard.clear()
    (root / "last.jpg").read_bytes()
    (root / "data" / "b.jpg").write_bytes(b"x")
    (root / "sub").mkdir()
    until(lambda: heard)
    assert set(heard) == {(7, b"sub")}


def test_a_root_that_is_no_longer_followed_is_not_told_of(watcher, heard, tmp_path):
    root, other = tmp_path / "root", tmp_path / "other"
    other.mkdir()
    watcher.follow({7: os.fsencode(root)})
    assert watcher.follow({8: os.fsencode(other)}) == {8: None}

    (root / "a.jpg").write_bytes(b"x")
    (other / "a.jpg").write_bytes(b"x")
    until(lambda: heard)

    assert set(heard) == {(8, b"")}


def test_a_root_that_was_mounted_anew_is_watched_anew(watcher, heard, tmp_path):
    root = tmp_path / "root"
    watcher.follow({7: os.fsencode(root)})
    root.rename(tmp_path / "aside")
    assert watcher.follow({7: os.fsencode(root)}) == {7: "The folder is not there."}
    root.mkdir()
    assert watcher.follow({7: os.fsencode(root)}) == {7: None}
    heard.clear()

    (root / "a.jpg").write_bytes(b"x")
    until(lambda: (7, b"") in heard)


def test_a_network_file_system_is_not_watched(watcher, tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "file_system_of", lambda folder: "nfs4")

    outcome = watcher.follow({7: os.fsencode(tmp_path / "root")})

    assert "network file system (nfs4)" in outcome[7]


@pytest.mark.parametrize(
    ("number", "words"), [(28, "max_user_watches"), (24, "max_user_instances"), (13, "cannot be")]
)
def test_a_system_without_watches_left_says_so(watcher, tmp_path, monkeypatch, number, words):
    def fail(*args, **more):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(watcher._observer, "schedule", fail)

    assert words in watcher.follow({7: os.fsencode(tmp_path / "root")})[7]


def test_only_the_outermost_folders_are_told():
    assert outermost({b"a", b"a/b", b"a-b", b"c/d"}) == [b"a-b", b"a", b"c/d"]
    assert outermost({b"", b"a"}) == [b""]
    assert outermost({b"%d" % number for number in range(60)}) == [b""]
