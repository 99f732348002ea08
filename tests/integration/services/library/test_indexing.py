import os
import threading
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest
import sqlalchemy as sa

from homebooru.db.tables import (
    IntakeRow,
    LocationRow,
    PostRow,
    PreparationRow,
    TagRow,
    VerdictRow,
)
from homebooru.errors import DiskFull
from homebooru.services.library import indexing
from tests.fakes.reading import FakeReader, Told, sha


@pytest.fixture
def cat(library):
    """A library with a picture of a cat, and its post's id."""
    library.write("a.jpg", "cat|animal")
    library.write("other.jpg", "house|building")
    library.add()
    library.update()
    return library.posts()["a.jpg"]


def judge_tag(library, post_id, name, yes=True):
    with library.sessions.begin() as session:
        tag = TagRow(name=name)
        session.add(tag)
        session.flush()
        session.add(VerdictRow(post_id=post_id, tag_id=tag.id, yes=yes))


def count(library, table):
    with library.sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_folder_becomes_posts(library):
    library.write("a.jpg", "cat|animal")
    library.write("deep/er/b.jpg", "dog|animal big")
    library.write("copy.jpg", "cat|animal")
    library.write("notes.md", "nothing")
    library.add()

    library.update()

    posts = library.posts()
    assert set(posts) == {"a.jpg", "copy.jpg", "deep/er/b.jpg"}
    assert posts["a.jpg"] == posts["copy.jpg"] != posts["deep/er/b.jpg"]
    assert library.tags(posts["deep/er/b.jpg"]) == {"animal", "big"}
    post = library.post(posts["a.jpg"])
    assert (post.state, post.width, post.missing_since) == ("ready", 100, None)
    assert post.dated_at is not None
    assert library.root().state == "online"
    assert sorted(posts.values()) == [1, 1, 2]


def test_a_second_scan_of_an_unchanged_folder_reads_and_writes_nothing(library, cat):
    library.reader.files.clear()
    with library.sessions() as session:
        before = session.execute(sa.text("select max(xmin::text::bigint) from location")).scalar()

    library.update()

    with library.sessions() as session:
        after = session.execute(sa.text("select max(xmin::text::bigint) from location")).scalar()
    assert library.reader.files == []
    assert before == after


def test_a_touched_file_is_read_again_and_stays_what_it_is(library, cat):
    library.touch("a.jpg")
    library.update()

    assert library.posts()["a.jpg"] == cat
    assert count(library, PostRow) == 2


@pytest.mark.parametrize("target", ["b.jpg", "sub/folder/a.jpg", "0/a.jpg"])
def test_a_move_keeps_the_post(library, cat, target):
    library.move("a.jpg", target)
    library.update()

    assert library.posts() == {target: cat, "other.jpg": 2 if cat == 1 else 1}
    assert count(library, PostRow) == 2


def test_a_moved_picture_keeps_the_words_of_a_sidecar_that_was_left_behind(library, cat):
    (library.folder / "a.jpg.txt").write_text("fluffy")
    (library.folder / "other.jpg.txt").write_text("other pictures speak too")
    library.update()
    library.move("a.jpg", "b.jpg")
    library.update()

    assert library.tags(library.posts()["b.jpg"]) == {"animal", "fluffy"}

    (library.folder / "b.jpg.txt").write_text("soft")
    library.update()
    assert library.tags(cat) == {"animal", "soft"}


def test_a_swap_of_names_keeps_both(library, cat):
    before = library.posts()
    library.swap("a.jpg", "other.jpg")
    library.touch("a.jpg")
    library.touch("other.jpg")
    library.update()

    assert library.posts() == {"a.jpg": before["other.jpg"], "other.jpg": before["a.jpg"]}
    assert library.tags(before["a.jpg"]) == {"animal"}


def test_a_circle_of_renames_keeps_all(library, cat):
    library.write("third.jpg", "tree|plant")
    library.update()
    before = library.posts()
    library.move("a.jpg", "x")
    library.move("other.jpg", "a.jpg")
    library.move("third.jpg", "other.jpg")
    library.move("x", "third.jpg")
    for name in ("a.jpg", "other.jpg", "third.jpg"):
        library.touch(name)
    library.update()

    assert library.posts() == {
        "third.jpg": before["a.jpg"],
        "a.jpg": before["other.jpg"],
        "other.jpg": before["third.jpg"],
    }


def test_a_copy_is_another_place_of_the_post(library, cat):
    library.copy("a.jpg", "again.jpg")
    library.update()

    assert library.posts()["again.jpg"] == library.posts()["a.jpg"] == cat


def test_new_metadata_in_place_keeps_the_post_and_its_former_digest(library, cat):
    judge_tag(library, cat, "cute")
    library.write("a.jpg", "cat|animal indoors")
    library.update()

    post = library.post(cat)
    assert library.posts()["a.jpg"] == cat
    assert post.sha256 == sha(b"cat|animal indoors")
    assert post.state == "ready"
    assert library.tags(cat) == {"animal", "indoors", "cute"}
    assert sha(b"cat|animal") in library.everything()[0][0][1] + library.everything()[0][1][1]
    assert library.thumbs.dropped == [sha(b"cat|animal")]

    library.write("old.jpg", "cat|animal")
    library.update()
    assert library.posts()["old.jpg"] == cat


def test_a_picture_saved_anew_keeps_the_post(library, cat):
    library.write("a.jpg", "cat~again|animal")
    library.update()

    assert library.posts()["a.jpg"] == cat
    assert library.post(cat).sha256 == sha(b"cat~again|animal")


def test_a_picture_saved_anew_is_another_while_the_old_one_lies_elsewhere(library, cat):
    library.copy("a.jpg", "kept.jpg")
    library.write("a.jpg", "cat~again|animal")
    library.update()

    posts = library.posts()
    assert posts["kept.jpg"] == cat
    assert library.post(posts["a.jpg"]).parent_id == cat


def test_another_picture_in_place_is_a_new_post_with_the_old_one_as_parent(library, cat):
    (library.folder / "a.jpg.txt").write_text("fluffy")
    library.update()
    (library.folder / "a.jpg.txt").unlink()
    library.write("a.jpg", "dog|animal")
    library.update()

    new = library.posts()["a.jpg"]
    assert new != cat
    assert library.post(new).parent_id == cat
    assert library.post(cat).missing_since is not None
    assert library.tags(cat) == {"animal", "fluffy"}

    library.write("a.jpg", "cat|animal")
    library.update()
    assert library.posts()["a.jpg"] == cat
    assert library.post(cat).missing_since is None
    assert library.post(new).missing_since is not None
    assert library.post(new).parent_id == cat


def test_a_deleted_picture_is_missing_and_comes_back_whole(library, cat):
    judge_tag(library, cat, "cute")
    library.delete("a.jpg")
    library.update()
    assert library.post(cat).missing_since is not None
    assert library.tags(cat) >= {"animal"}

    library.write("sub/elsewhere.jpg", "cat|animal")
    library.update()

    assert library.posts()["sub/elsewhere.jpg"] == cat
    assert library.post(cat).missing_since is None
    assert library.tags(cat) == {"animal", "cute"}


def test_a_file_that_comes_back_as_it_was_is_not_read_again(library, cat):
    library.move("a.jpg", "../away.jpg")
    library.update()
    assert library.post(cat).missing_since is not None
    library.reader.files.clear()

    library.move("../away.jpg", "a.jpg")
    library.update()

    assert library.posts()["a.jpg"] == cat
    assert library.post(cat).missing_since is None
    assert library.reader.files == []


def test_a_changed_or_vanished_sidecar_is_noticed(library, cat):
    sidecar = library.folder / "a.jpg.txt"
    sidecar.write_text("fluffy")
    library.update()
    assert library.tags(cat) == {"animal", "fluffy"}
    sidecar.write_text("soft toy")
    library.update()
    assert library.tags(cat) == {"animal", "soft", "toy"}
    sidecar.unlink()
    library.update()
    assert library.tags(cat) == {"animal"}


def test_an_unfinished_download_leaves_nothing_behind(library, cat):
    library.write("new.jpg", "broken")
    library.update()
    unfinished = library.posts()["new.jpg"]
    assert library.post(unfinished).state == "unreadable"
    assert library.post(unfinished).state_reason == "This is no picture."

    library.write("new.jpg", "whole|fine")
    library.update()

    assert library.posts()["new.jpg"] == unfinished
    post = library.post(unfinished)
    assert (post.state, post.state_reason, post.parent_id) == ("ready", None, None)
    library.write("more.jpg", "broken")
    library.update()
    assert library.posts()["more.jpg"] != unfinished


def test_an_unfinished_file_that_becomes_a_known_picture_leaves_no_post(library, cat):
    library.write("new.jpg", "broken")
    library.update()
    library.write("new.jpg", "cat|animal")
    library.update()

    assert library.posts()["new.jpg"] == cat
    assert count(library, PostRow) == 2


def test_a_picture_that_was_broken_for_a_while_is_itself_again(library, cat):
    judge_tag(library, cat, "cute")
    library.write("a.jpg", "broken")
    library.update()
    library.write("a.jpg", "cat|animal saved")
    library.update()

    assert library.posts()["a.jpg"] == cat
    assert count(library, PostRow) == 2


def test_two_files_that_become_the_same_are_one_post_with_all_words(library):
    library.write("a.jpg", "cat|one")
    library.write("b.jpg", "cat|two")
    library.add()
    library.update()
    posts = library.posts()
    judge_tag(library, posts["b.jpg"], "cute")

    library.write("a.jpg", "cat|")
    library.write("b.jpg", "cat|")
    library.update()

    assert set(library.posts().values()) == {posts["b.jpg"]}
    assert count(library, PostRow) == 1
    assert library.tags(posts["b.jpg"]) == {"cute"}


def test_a_file_that_vanishes_while_it_is_read_is_let_go(library, cat):
    library.write("b.jpg", "dog|")
    library.scan()
    library.delete("b.jpg")
    library.index()
    library.update()

    assert count(library, IntakeRow) == 0
    assert "b.jpg" not in library.posts()


def test_a_file_that_changes_between_its_two_readings_is_looked_at_again(library):
    def change(what, file):
        if what == "prepare" and not changed:
            changed.append(file)
            library.write("a.jpg", "dog|")

    changed = []
    library.write("a.jpg", "cat|")
    library.add()
    library.scan()
    library.reader.before = change
    library.index()
    assert library.post(1).state == "pending"

    library.update()
    with library.sessions.begin() as session:
        session.execute(sa.update(PreparationRow).values(due=sa.func.now()))
    library.index()

    post = library.post(library.posts()["a.jpg"])
    assert (post.sha256, post.state, post.pixel_digest) == (sha(b"dog|"), "ready", sha(b"dog"))


def test_a_full_disk_pauses_and_loses_nothing(library, cat):
    for number in range(5):
        library.write(f"{number}.jpg", f"picture {number}|")
    library.scan()

    def full():
        raise DiskFull("Only 12 MB are free.")

    with pytest.raises(DiskFull):
        library.index(free_space=full)

    assert count(library, IntakeRow) == 5
    library.index()
    assert len(library.posts()) == 7


def test_work_that_shall_stop_leaves_the_rest_due(library, cat):
    for number in range(200):
        library.write(f"{number}.jpg", f"picture {number}|")
    library.scan()
    asked = []

    def going():
        asked.append(1)
        return len(asked) < 3

    library.index(told=Told(going))
    assert 0 < len(library.posts()) < 202
    library.index()
    assert len(library.posts()) == 202


class EndlessReader(FakeReader):
    """Ends nothing that it has begun, until it is closed."""

    def __init__(self):
        super().__init__()
        self.begun = []

    def read_file(self, root, path, *, words_only=False):
        future = Future()
        future.set_running_or_notify_cancel()
        self.begun.append(future)
        return future

    def close(self):
        for future in self.begun:
            future.set_exception(CancelledError())


def test_work_that_shall_stop_waits_for_no_endless_file_and_leaves_it_due(library, monkeypatch):
    monkeypatch.setattr(indexing, "FAREWELL", 0.2)
    library.write("a.jpg", "cat|")
    library.add()
    library.scan()
    able, library.reader = library.reader, EndlessReader()
    library.index(told=Told(lambda: not library.reader.begun))

    assert library.reader.begun[0].done()
    assert count(library, IntakeRow) == 1
    library.reader = able
    library.index()
    assert set(library.posts()) == {"a.jpg"}


@pytest.mark.parametrize(("ahead", "posts"), [(1 << 20, range(190, 301)), (0, range(80, 150))])
def test_reading_runs_ahead_of_looks_by_what_is_in_memory_yet(library, monkeypatch, ahead, posts):
    monkeypatch.setattr(indexing, "AHEAD", ahead)
    for number in range(300):
        library.write(f"{number:03}.jpg", f"picture {number}|")
    library.add()
    library.scan()
    found = []

    def look(what, _):
        if what == "prepare":
            found.append(len(library.posts()))

    library.reader.before = look
    library.index()

    assert found[79] in posts
    assert len(found) == 300


def test_two_workers_on_one_library_make_no_doubles(library):
    for number in range(150):
        library.write(f"{number}.jpg", f"picture {number % 50}|tag{number % 50 % 7}")
    library.add()
    library.scan()
    failures = []

    def work():
        try:
            library.index()
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert len(library.posts()) == 150
    assert count(library, PostRow) == 50
    with library.sessions() as session:
        assert session.scalar(sa.select(sa.func.max(PostRow.id))) == 50
    assert library.everything()[1] == [0, 0, 0]


def test_names_of_all_kinds_are_kept(library):
    names = [b"latin-\xe9.jpg", b"new\nline.jpg", b"n" * 251 + b".jpg", "日本.jpg".encode()]
    for name in names:
        Path(os.fsdecode(bytes(library.folder) + b"/" + name)).write_bytes(b"picture " + name)
    library.add()
    library.update()

    with library.sessions() as session:
        rows = {row.path: row for row in session.scalars(sa.select(LocationRow))}
    assert set(rows) == set(names)
    assert rows[names[0]].name == "latin-é.jpg"
    assert rows[names[1]].name == "new\nline.jpg"
