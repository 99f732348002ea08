import itertools
import shutil

import pytest
import sqlalchemy as sa

from homebooru.db.queries.jobs import give_back
from homebooru.db.queue import Work, WorkerPresence
from homebooru.db.tables import IntakeRow, LocationRow, PostRow, ProblemRow, RootRow, ScanRequestRow
from homebooru.domain.scope import EVERYTHING, Scope
from homebooru.errors import Conflict, DiskFull, InvalidInput, NotFound, Unreadable
from homebooru.files.scan import DiskWalker
from homebooru.services.library import removing, scanning
from homebooru.services.library.roots import (
    add_root,
    confirm_gone,
    find_root,
    list_roots,
    note_watching,
    remove_root,
    request_scan,
    watched_paths,
)
from homebooru.services.library.scanning import scan_due
from homebooru.services.library.status import library_status
from tests.fakes.reading import FakeReader, Told


@pytest.fixture
def filled(library):
    """A library of ten pictures, eight of them in a sub-folder."""
    for number in range(2):
        library.write(f"{number}.jpg", f"picture {number}|")
    for number in range(2, 10):
        library.write(f"sub/{number}.jpg", f"picture {number}|")
    library.add()
    library.update()
    return library


def rows_of(library):
    with library.sessions() as session:
        return session.execute(
            sa.select(LocationRow.id, LocationRow.path, LocationRow.missing_since)
        ).all()


class Unmounting(DiskWalker):
    """Loses its disk after so many pictures."""

    def __init__(self, folder, after):
        super().__init__()
        self.folder, self.after = folder, after

    def walk(self, root, folder, problems):
        for number, seen in enumerate(super().walk(root, folder, problems)):
            if number == self.after:
                aside = self.folder.with_name("aside")
                self.folder.rename(aside)
                self.folder.mkdir()
            yield seen


@pytest.mark.parametrize("empty", [True, False])
def test_a_root_without_its_disk_is_offline_and_loses_nothing(filled, empty):
    before = rows_of(filled)
    aside = filled.folder.with_name("aside")
    filled.folder.rename(aside)
    if empty:
        filled.folder.mkdir()

    told = filled.update()

    assert filled.root().state == "offline"
    assert filled.root().state_reason
    assert told.errors == [("pictures", filled.root().state_reason)]
    assert rows_of(filled) == before
    assert filled.post(1).missing_since is None

    if empty:
        filled.folder.rmdir()
    aside.rename(filled.folder)
    filled.update()
    assert (filled.root().state, filled.root().state_reason) == ("online", None)
    assert rows_of(filled) == before


@pytest.mark.parametrize("after", [0, 1, 3, 9])
def test_a_root_that_is_unmounted_in_the_middle_of_a_scan_loses_nothing(filled, after):
    before = rows_of(filled)
    filled.walker = Unmounting(filled.folder, after)

    filled.update()

    assert filled.root().state == "offline"
    assert rows_of(filled) == before


def test_more_than_half_gone_at_once_waits_for_a_persons_word(filled):
    before = rows_of(filled)
    shutil.rmtree(filled.folder / "sub")
    filled.update()
    assert filled.root().state == "offline"
    assert "8 of 10" in filled.root().state_reason
    assert rows_of(filled) == before

    confirm_gone(filled.sessions, filled.root().id)
    filled.update()

    assert (filled.root().state, filled.root().gone_confirmed) == ("online", False)
    assert len(filled.posts()) == 2
    with filled.sessions() as session:
        missing = sa.select(sa.func.count()).where(PostRow.missing_since.is_not(None))
        assert session.scalar(missing) == 8


def test_a_folder_that_was_only_renamed_is_not_half_of_everything_gone(filled):
    filled.move("sub", "renamed")
    filled.update()

    assert filled.root().state == "online"
    assert "renamed/9.jpg" in filled.posts()
    assert len(filled.posts()) == 10
    assert len(rows_of(filled)) == 10


def test_a_look_at_one_folder_leaves_the_others_alone(filled):
    filled.delete("0.jpg")
    filled.delete("sub/2.jpg")
    filled.write("sub/new.jpg", "new|")

    filled.scan(b"sub")
    filled.index()

    assert set(filled.posts()) == {"0.jpg", "1.jpg", "sub/new.jpg"} | {
        f"sub/{number}.jpg" for number in range(3, 10)
    }
    assert filled.root().last_scan_found == 10


def test_a_folder_that_is_gone_has_the_whole_root_looked_at(filled):
    for number in range(2, 7):
        filled.delete(f"sub/{number}.jpg")
    filled.update()
    shutil.rmtree(filled.folder / "sub")
    filled.write("2.jpg", "more|")
    filled.write("3.jpg", "still more|")

    filled.scan(b"sub")
    assert filled.root().state == "offline" or len(filled.posts()) == 2
    filled.index()
    confirm_gone(filled.sessions, filled.root().id)
    filled.update()
    assert set(filled.posts()) == {"0.jpg", "1.jpg", "2.jpg", "3.jpg"}


class Denying(DiskWalker):
    """May not read one folder."""

    def _list(self, root, folder, problems, *, expected):
        if folder == b"sub":
            problems.unreadable[folder] = "HomeBooru has no permission to read this folder."
            return []
        return super()._list(root, folder, problems, expected=expected)


def test_what_lies_in_an_unreadable_folder_is_not_gone(filled):
    before = rows_of(filled)
    walker, filled.walker = filled.walker, Denying()
    filled.update()

    assert filled.root().state == "online"
    assert rows_of(filled) == before
    status = library_status(filled.sessions, EVERYTHING)
    assert [problem.reason for problem in status.problems] == [
        "HomeBooru has no permission to read this folder."
    ]
    assert status.problems[0].path == f"{filled.folder}/sub"

    filled.walker = walker
    filled.update()
    with filled.sessions() as session:
        assert session.scalars(sa.select(ProblemRow)).all() == []


class Refusing(FakeReader):
    """Is not allowed to read what is called secret."""

    def read_file(self, root, path, *, words_only=False):
        def fail():
            raise Unreadable("HomeBooru has no permission to read this file.")

        if b"secret" in path:
            return self._do("read", path, fail)
        return super().read_file(root, path, words_only=words_only)


def test_the_problem_of_a_file_that_was_never_read_goes_with_the_file(filled):
    def problems():
        with filled.sessions() as session:
            return set(session.scalars(sa.select(ProblemRow.path)))

    filled.reader = Refusing()
    for name in ("secret.jpg", "secret too.jpg", "sub/secret.jpg"):
        filled.write(name, f"{name}|")
    filled.update()
    assert problems() == {b"secret.jpg", b"secret too.jpg", b"sub/secret.jpg"}

    filled.move("secret.jpg", "now secret.jpg")
    filled.delete("sub/secret.jpg")
    walker, filled.walker = filled.walker, Denying()
    filled.update()
    assert problems() == {b"now secret.jpg", b"secret too.jpg", b"sub/secret.jpg", b"sub"}

    filled.walker = walker
    filled.scan()
    assert problems() == {b"now secret.jpg", b"secret too.jpg"}


def test_a_scan_that_shall_stop_is_left_to_whoever_comes_next(filled):
    filled.write("more.jpg", "more|")
    told = Told()
    answers = iter([True, False])
    told.goes_on = lambda: next(answers, False)
    request_scan(filled.sessions)
    scan_due(filled.sessions, filled.walker, told, free_space=lambda: None)

    with filled.sessions() as session:
        assert len(session.scalars(sa.select(ScanRequestRow)).all()) == 1
    scan_due(filled.sessions, filled.walker, Told(), free_space=lambda: None)
    filled.index()
    assert "more.jpg" in filled.posts()


def test_a_full_disk_stops_a_scan_before_it_fills_the_queue(library, monkeypatch):
    monkeypatch.setattr(scanning, "BATCH", 2)
    for number in range(9):
        library.write(f"{number}.jpg", f"picture {number}|")
    library.add()
    room = iter([True, True, True])  # for the scan to begin, and for two batches

    def free_space():
        if not next(room, False):
            raise DiskFull("Only 12 MB are free.")

    for waiting in (4, 4):
        with pytest.raises(DiskFull):
            scan_due(library.sessions, library.walker, Told(), free_space=free_space)
        assert library.everything()[1] == [waiting, 0, 1]
    scan_due(library.sessions, library.walker, Told(), free_space=lambda: None)
    assert library.everything()[1] == [9, 0, 0]


def test_a_request_during_a_scan_brings_it_back_once_more(filled):
    class Asking(DiskWalker):
        walks = 0

        def walk(self, root, folder, problems):
            self.walks += 1
            if self.walks == 1:
                request_scan(filled.sessions)
            yield from super().walk(root, folder, problems)

    filled.walker = Asking()
    filled.scan(worker_id=99)

    assert filled.walker.walks == 2
    with filled.sessions() as session:
        assert session.scalars(sa.select(ScanRequestRow)).all() == []


def test_a_removed_root_takes_its_posts_along_and_brings_them_back(filled):
    root_id = filled.root().id
    filled.write("waiting.jpg", "waiting|")
    filled.scan()
    remove_root(filled.sessions, root_id)

    assert list_roots(filled.sessions) == ()
    assert filled.posts() == {}
    assert filled.post(1).missing_since is not None
    with filled.sessions() as session:
        assert session.scalars(sa.select(IntakeRow)).all() == []
    with pytest.raises(NotFound):
        remove_root(filled.sessions, root_id)

    filled.reader.files.clear()
    assert filled.add().id == root_id
    filled.update()
    assert len(filled.posts()) == 11
    assert filled.reader.files == [b"waiting.jpg"]
    assert filled.post(1).missing_since is None


def test_a_removal_goes_on_where_it_was_interrupted(filled, monkeypatch):
    monkeypatch.setattr(removing, "BATCH", 3)
    root_id = filled.root().id
    before = len(filled.posts())
    remove_root(filled.sessions, root_id)
    after_the_order = len(filled.posts())
    stop = itertools.chain([True, False], itertools.repeat(False))
    scan_due(
        filled.sessions,
        filled.walker,
        Told(lambda: next(stop)),
        worker_id=7,
        free_space=lambda: None,
    )
    after_the_stop = len(filled.posts())
    scan_due(filled.sessions, filled.walker, Told(), worker_id=8, free_space=lambda: None)

    assert (after_the_order, after_the_stop) == (before - 3, before - 6)
    assert filled.posts() == {}
    assert filled.post(1).missing_since is not None
    with filled.sessions() as session:
        assert session.scalars(sa.select(ScanRequestRow)).all() == []


def test_a_root_that_is_added_again_during_its_removal_keeps_what_is_left(filled, monkeypatch):
    monkeypatch.setattr(removing, "BATCH", 3)
    before = filled.posts()
    remove_root(filled.sessions, filled.root().id)
    filled.reader.files.clear()
    filled.add()
    filled.update()

    assert filled.posts() == before
    assert filled.reader.files == []


def test_what_is_gone_is_noted_some_at_a_time_and_taken_up_again(filled, monkeypatch):
    monkeypatch.setattr(scanning, "GONE_BATCH", 2)
    gone = [f"more/{number}.jpg" for number in range(5)]
    for name in gone:
        filled.write(name, f"{name}|")
    filled.update()
    before = set(filled.posts())
    for name in gone:
        filled.delete(name)
    goes_on = itertools.chain([True] * 3, itertools.repeat(False))
    request_scan(filled.sessions)
    scan_due(
        filled.sessions,
        filled.walker,
        Told(lambda: next(goes_on)),
        worker_id=7,
        free_space=lambda: None,
    )
    between = set(filled.posts())
    with filled.sessions.begin() as session:
        give_back(session, Work.SCANS, 7)
    scan_due(filled.sessions, filled.walker, Told(), worker_id=7, free_space=lambda: None)

    assert set(filled.posts()) < between < before
    assert before - set(filled.posts()) == set(gone)


def test_a_file_that_was_read_for_a_root_that_is_removed_meanwhile_is_dropped(library):
    library.write("a.jpg", "cat|")
    root = library.add()
    library.scan()
    library.reader.before = lambda what, file: remove_root(library.sessions, root.id)
    library.index()

    assert library.posts() == {}
    with library.sessions() as session:
        assert session.scalars(sa.select(PostRow)).all() == []


def test_roots_do_not_overlap(library, tmp_path):
    library.add()
    (library.folder / "inner").mkdir()
    with pytest.raises(Conflict, match="in the library already"):
        library.add(library.folder / "inner")
    with pytest.raises(Conflict, match="Remove it first"):
        library.add(tmp_path)
    with pytest.raises(InvalidInput, match="no folder"):
        library.add(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="a file, not a folder"):
        library.add(tmp_path / "file")


def test_adding_a_root_again_only_names_it_anew(library):
    first = library.add()
    assert first.name == "pictures"
    again = add_root(library.sessions, library.folder, "Mine")
    assert (again.id, again.name, again.state) == (first.id, "Mine", "new")


def test_a_root_is_found_by_number_name_and_path(library, tmp_path):
    root = library.add()
    (tmp_path / "second" / "pictures").mkdir(parents=True)
    second = library.add(tmp_path / "second" / "pictures")

    assert find_root(library.sessions, str(root.id)).id == root.id
    assert find_root(library.sessions, f"{second.path}/").id == second.id
    with pytest.raises(InvalidInput, match="Several"):
        find_root(library.sessions, "pictures")
    with pytest.raises(NotFound):
        find_root(library.sessions, "nothing")


def test_watching_is_noted_for_as_long_as_the_worker_lives(engine, library):
    root = library.add()
    assert watched_paths(library.sessions) == {root.id: bytes(library.folder)}

    presence = WorkerPresence(engine)
    presence.hold()
    note_watching(library.sessions, presence.id, {root.id: "No watches left."})
    view = list_roots(library.sessions)[0]
    assert (view.watch, view.watch_reason) == ("unavailable", "No watches left.")
    note_watching(library.sessions, presence.id, {root.id: None})
    assert list_roots(library.sessions)[0].watch == "on"
    presence.leave()
    assert list_roots(library.sessions)[0].watch == "off"


def test_the_status_counts_what_somebody_may_see(filled, tmp_path):
    filled.write("broken.jpg", "broken")
    filled.write("tagged.jpg", "tagged|some tags")
    filled.delete("0.jpg")
    filled.update()
    filled.write("later.jpg", "later|")
    filled.scan()

    status = library_status(filled.sessions, EVERYTHING)

    assert (status.posts, status.tagged, status.waiting) == (11, 1, 1)
    assert (status.unreadable, status.missing) == (1, 1)
    assert [(p.path, p.reason) for p in status.problems] == [
        (f"{filled.folder}/broken.jpg", "This is no picture.")
    ]
    assert status.roots[0].files == 11
    nobody = library_status(filled.sessions, Scope(roots=frozenset()))
    assert (nobody.posts, nobody.roots, nobody.problems) == (0, (), ())


def test_removed_roots_are_not_scanned(filled):
    with filled.sessions.begin() as session:
        session.execute(sa.update(RootRow).values(state="removed"))
    with pytest.raises(NotFound):
        request_scan(filled.sessions, 1)
    request_scan(filled.sessions)
    assert scan_due(filled.sessions, filled.walker, Told(), free_space=lambda: None) == 0


class Heard(Told):
    """Remembers every total that was expected, beside what was done by then."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def expect(self, total):
        self.heard.append((self.done, total))


def test_what_is_expected_of_several_folders_adds_up(filled, tmp_path):
    second, new = tmp_path / "second", tmp_path / "new"
    for folder in (second, new):
        folder.mkdir()
        (folder / "a.jpg").write_bytes(folder.name.encode())
    filled.add(second)
    filled.update()
    filled.add(new)
    request_scan(filled.sessions)
    heard = Heard()
    assert scan_due(filled.sessions, filled.walker, heard, free_space=lambda: None) == 12
    known = {None if total is None else total - done for done, total in heard.heard}
    assert known == {10, 1, None}
