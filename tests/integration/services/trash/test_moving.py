"""Files of trashed posts: into the trash and back, killed at every step, never lost."""

import ctypes
import errno
import itertools
import os
from pathlib import Path
from tempfile import mkdtemp

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homebooru.db.tables import (
    LocationRow,
    PostRow,
    PostVerdictRow,
    RootRow,
    TrashedFileRow,
    TrashOrderRow,
)
from homebooru.domain.editing.history import HistoryWish
from homebooru.domain.scope import EVERYTHING
from homebooru.files import trash as disk
from homebooru.files.scan import DiskWalker
from homebooru.files.trash import TRASH, DiskTrash
from homebooru.ports import WalkProblems
from homebooru.services.editing.history import list_edits
from homebooru.services.editing.reverting import revert_edit
from homebooru.services.library import scanning
from homebooru.services.library.roots import request_scan
from homebooru.services.outgoing import allowing
from homebooru.services.tags.deriving import check
from homebooru.services.trash import moving
from tests.integration.services.editing.test_batches import ME
from tests.integration.services.trash.tree import Tree

STEPS = ("mkdir", "rmdir", "unlink", "link")


class Killed(BaseException):
    """SIGKILL, as far as one thread can tell."""


class Thumbs:
    def __init__(self):
        self.dropped = []

    def drop(self, sha256s):
        self.dropped += sha256s


class Worker:
    """Carries out orders; may be killed before or after any of its steps."""

    def __init__(self, sessions, progress):
        self.sessions = sessions
        self.progress = progress
        self.thumbs = Thumbs()
        self.told = []
        progress.report_error = lambda *said: self.told.append(said)

    def work(self, monkeypatch=None, *, until=None):
        """Work; return False where `until` steps were made and that was its end."""
        steps = itertools.count()
        try:
            if until is None:
                self._work()
            else:
                with pytest.MonkeyPatch.context() as patched:
                    self._count_steps(patched, steps, until)
                    self._work()
        except Killed:
            with self.sessions.begin() as session:  # what a dead worker held comes due again
                session.execute(sa.update(TrashOrderRow).values(due=sa.func.now()))
            return False
        return True

    def _work(self):
        moving.move_due(self.sessions, DiskTrash(), self.thumbs, self.progress)

    def _count_steps(self, patched, steps, until):
        def counted(act):
            def step(*arguments, **more):
                number = next(steps)
                if number == 2 * until:
                    raise Killed
                done = act(*arguments, **more)
                if number == 2 * until + 1:
                    raise Killed
                return done

            return step

        for name in STEPS:
            patched.setattr(os, name, counted(getattr(os, name)))
        patched.setattr(disk, "_renameat2", disk._renameat2 and counted(disk._renameat2))
        patched.setattr(moving, "in_transaction", counted(moving.in_transaction))


@pytest.fixture(params=["renames", "links"])
def way(request, monkeypatch):
    """Both ways of moving without replacing: the system's own, and a link."""
    if request.param == "links":
        monkeypatch.setattr(disk, "_renameat2", None)


@pytest.fixture
def tree(sessions, tmp_path):
    return Tree(sessions, tmp_path / "pictures")


@pytest.fixture
def new_tree(sessions, tmp_path):
    """Return a maker of trees; one more forgets the posts of the one before."""

    def made():
        with sessions.begin() as session:
            for table in (TrashOrderRow, TrashedFileRow, LocationRow, PostVerdictRow, PostRow):
                session.execute(sa.delete(table))
            session.execute(sa.update(RootRow).values(state="removed"))
        return Tree(sessions, Path(mkdtemp(dir=tmp_path)) / "pictures")

    return made


@pytest.fixture
def worker(sessions, quiet):
    return Worker(sessions, quiet)


@pytest.fixture
def some(tree):
    """Two pictures with sidecars, one at two places, and two that share a sidecar."""
    return [
        tree.add("a.jpg", beside={"a.jpg.xmp": "words", "a.txt": "tags"}),
        tree.add("deep/er/b.png", "other/b.png", beside={"deep/er/b.json": "{}"}),
        tree.add("c.jpg", beside={"c.xmp": "both"}),
        tree.add("c.png"),
    ]


def test_files_go_with_their_sidecars_and_come_back(tree, some, worker, way):
    before = tree.files()
    tree.trash(*some)
    assert tree.files() == before  # nothing is moved while somebody waits
    assert worker.work()
    assert tree.outside() == {"c.xmp": "both"}
    assert sorted(tree.files().values()) == sorted(before.values())
    assert {path.partition("/")[0] for path in tree.files()} == {TRASH.decode(), "c.xmp"}
    assert tree.places() == {path: "trash" for path in before if not path.endswith(tree.WORDS)}
    assert tree.trashed() == some
    assert tree.missing() == []
    tree.restore(*some)
    assert worker.work()
    assert tree.files() == before
    assert tree.trash_rows() == (0, 0)
    assert tree.trashed() == []
    assert worker.told == []


def test_whenever_it_is_killed_the_end_is_that_of_a_calm_run(tree, some, worker, way):
    before = tree.files()
    for until in itertools.count():
        tree.trash(*some)
        calm = worker.work(until=until)
        assert sorted(tree.contents()) == sorted(before.values())
        assert worker.work()
        assert tree.outside() == {"c.xmp": "both"}
        assert set(tree.places().values()) == {"trash"}
        tree.restore(*some)
        calm &= worker.work(until=until)
        assert sorted(tree.contents()) == sorted(before.values())
        assert worker.work()
        assert tree.files() == before
        assert tree.trash_rows() == (0, 0)
        if calm:
            break
    assert until > 10
    assert check(tree.sessions, worker.progress) == 0


def test_a_change_of_mind_in_the_middle_is_heard(tree, some, worker, way):
    before = tree.files()
    for until in range(14):
        tree.trash(*some)
        worker.work(until=until)
        tree.restore(*some)
        worker.work(until=until)
        tree.trash(some[0])
        assert worker.work()
        assert sorted(tree.contents()) == sorted(before.values())
        assert tree.trashed() == some[:1]
        assert "a.jpg" not in tree.files(), (until, worker.told, tree.trash_rows(), tree.places())
        tree.restore(some[0])
        assert worker.work()
        assert tree.files() == before


def test_nothing_is_overwritten_and_what_has_another_name_then_is_told(tree, some, worker, way):
    tree.trash(*some[:2])
    worker.work()
    tree.write("a.jpg", "somebody's")
    (tree.folder / "other").rmdir()
    tree.write("other", "a file where a folder was")
    tree.write("deep/er/b.json", "new words")
    tree.write("deep/er/b (restored).png", "in the way, too")
    tree.restore(*some[:2])
    worker.work()
    files = tree.outside()
    assert files["a.jpg"] == "somebody's"
    assert files["a (restored).jpg"] == "a.jpg"
    assert files["a (restored).jpg.xmp"] == "words"
    assert files["a (restored).txt"] == "tags"
    assert files["deep/er/b (restored 2).png"] == "deep/er/b.png"
    assert files["deep/er/b (restored 2).json"] == "{}"
    assert files["deep/er/b.json"] == "new words"
    assert tree.places()["a (restored).jpg"] == "folder"
    reasons = dict(worker.told)
    assert "a (restored).jpg" in reasons["a.jpg"]
    assert "link took its place" in reasons["other/b.png"]
    (tree.folder / "other").unlink()
    tree.hurry()
    worker.work()
    assert "other/b.png" in tree.outside()


def test_only_what_is_in_the_trash_is_removed_and_its_return_is_known(tree, some, worker, way):
    tree.trash(some[0], some[1])
    worker.work()
    tree.write("elsewhere.jpg", "a.jpg", of=some[0])  # a copy that appears: not to be touched
    tree.empty()
    for until in range(12):
        worker.work(until=until)
    assert worker.work()
    assert sorted(tree.outside()) == ["c.jpg", "c.png", "c.xmp", "elsewhere.jpg"]
    assert tree.files() == tree.outside()
    assert tree.trashed() == some[:2]
    assert tree.missing() == [some[1]]
    assert worker.thumbs.dropped == [tree.digest(some[1])]
    assert tree.trash_rows() == (0, 0)


def test_somebody_who_restores_before_it_is_emptied_has_it_back(tree, some, worker):
    before = tree.files()
    tree.trash(*some)
    worker.work()
    tree.empty()
    tree.restore(*some)
    worker.work()
    assert tree.files() == before


@pytest.mark.parametrize(
    "trouble",
    [
        (errno.EROFS, "only be read", True),
        (errno.EXDEV, "another file system", True),
        (errno.EACCES, "no permission", False),
        (errno.ENOSPC, "full", False),
        (errno.EIO, "could not do it", False),
    ],
)
def test_what_cannot_be_moved_stays_whole_and_is_told(tree, some, worker, monkeypatch, trouble):
    number, told, stays = trouble
    before = tree.files()
    for step in range(3):  # making its folder, moving the picture, moving what is beside it
        with monkeypatch.context() as broken:
            fail(broken, number, after=step)
            tree.trash(some[0])
            worker.work()
        assert tree.outside() == before
        assert tree.places()["a.jpg"] == "folder"
        assert told in worker.told.pop()[1]
        assert tree.trash_rows() == (1, 0 if stays else 1)
        assert tree.trashed() == [some[0]]
        tree.restore(some[0])
        worker.work()
        assert tree.trash_rows() == (0, 0)
    tree.trash(some[0])
    worker.work()
    with monkeypatch.context() as broken:
        fail(broken, number, after=2)
        tree.restore(some[0])
        worker.work()
    assert "a.jpg" not in tree.outside()
    assert told in worker.told.pop()[1]
    tree.hurry()
    worker.work()
    assert tree.files() == before


def fail(broken, number, *, after, once=True):
    """Let the disk fail at some step, or from there on."""
    steps = itertools.count()

    def refused(act, result):
        def step(*arguments, **more):
            if after <= next(steps) < after + (1 if once else 99):
                ctypes.set_errno(number)
                return result(number)
            return act(*arguments, **more)

        return step

    def raise_it(number):
        raise OSError(number, os.strerror(number))

    broken.setattr(os, "mkdir", refused(os.mkdir, raise_it)) if after == 0 else None
    broken.setattr(disk, "_renameat2", refused(disk._renameat2, lambda _: -1) if after else None)
    if not after:
        broken.setattr(os, "link", refused(os.link, raise_it))


def test_what_is_stuck_half_way_stays_known_and_goes_on(tree, some, worker, monkeypatch):
    before = tree.files()
    with monkeypatch.context() as broken:
        fail(broken, errno.EIO, after=1, once=False)  # neither on nor back
        tree.trash(some[0])
        worker.work()
    assert sorted(tree.contents()) == sorted(before.values())
    assert "a.jpg" not in tree.outside()
    tree.hurry()
    worker.work()
    assert tree.places()["a.jpg"] == "trash"
    tree.restore(some[0])
    worker.work()
    assert tree.files() == before


def test_a_disk_that_is_not_there_is_waited_for(tree, some, worker):
    tree.trash(some[0])
    worker.work()
    away = tree.folder.with_name("away")
    tree.folder.rename(away)
    tree.folder.mkdir()  # an empty mount point
    tree.restore(some[0])
    tree.trash(some[2])
    worker.work()
    assert list(tree.folder.iterdir()) == []
    assert len(worker.told) == 2
    tree.folder.rmdir()
    away.rename(tree.folder)
    tree.hurry()
    worker.work()
    assert {"a.jpg", "a.jpg.xmp"} <= tree.outside().keys()
    assert "c.jpg" not in tree.outside()
    tree.set_root(state="offline")
    tree.trash(some[0])
    worker.work()
    assert "a.jpg" in tree.outside()


def test_a_root_may_only_hide_what_is_trash(tree, some, worker):
    before = tree.files()
    tree.set_root(trash="hide")
    tree.trash(*some)
    worker.work()
    assert (tree.files(), tree.trash_rows()) == (before, (0, 0))
    assert tree.trashed() == some
    tree.restore(*some)
    assert tree.trashed() == []


def test_nothing_is_moved_in_a_root_that_was_marked_read_only_since(tree, some, worker, sessions):
    before = tree.files()
    tree.trash(*some)
    worker.work()
    there = tree.files()
    allowing.mark_read_only(sessions, 1, read_only=True)
    tree.empty()
    tree.restore(some[1])
    for _ in range(2):
        worker.work()
        assert tree.files() == there
        assert {reason for _, reason in worker.told} == {moving.READ_ONLY}
        tree.hurry()
    assert tree.missing() == []
    tree.restore(*some)
    worker.work()
    allowing.mark_read_only(sessions, 1, read_only=False)
    worker.work()
    assert tree.files() == before
    assert tree.trash_rows() == (0, 0)


def test_scans_leave_the_trash_alone_and_bring_nothing_back(tree, some, worker, sessions):
    tree.trash(*some)
    seen = DiskWalker().walk(os.fsencode(tree.folder), b"", WalkProblems())
    assert len(list(seen)) == 5
    worker.work()
    assert list(DiskWalker().walk(os.fsencode(tree.folder), b"", WalkProblems())) == []
    request_scan(sessions)
    scanning.scan_due(sessions, DiskWalker(), worker.progress, free_space=lambda: None)
    with sessions() as session:
        assert session.scalars(sa.select(RootRow.state)).all() == ["online"]
    assert tree.trashed() == some
    assert tree.missing() == []


def test_it_is_a_line_of_the_history_that_can_be_taken_back(tree, some, worker, sessions):
    tree.trash(some[0])
    worker.work()
    [line, *_] = list_edits(sessions, EVERYTHING, HistoryWish(post_id=some[0]))
    assert [(c.about, c.after and c.after.value) for c in line.changes] == [("trash", "yes")]
    revert_edit(sessions, line.id, EVERYTHING, ME)
    worker.work()
    assert tree.trashed() == []
    assert "a.jpg" in tree.outside()


PATHS = ["a.jpg", "a.png", "b/c.jpg", "b/d.png"]
acts = st.lists(
    st.tuples(st.sampled_from(["trash", "restore", "write", "empty"]), st.integers(0, 3))
    | st.tuples(st.just("work"), st.integers(0, 12)),
    max_size=14,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=acts)
def test_no_picture_is_ever_lost_but_by_emptying(new_tree, quiet, acts):
    tree = new_tree()
    worker = Worker(tree.sessions, quiet)
    posts = [tree.add(path, beside={f"{path}.txt": f"of {path}"}) for path in PATHS]
    wished, foreign, removed = set(), {}, set()
    for act, number in acts:
        post = posts[number % len(posts)]
        match act:
            case "trash":
                tree.trash(post)
                wished.add(post)
            case "restore":
                tree.restore(post)
                wished.discard(post)
            case "write" if not (tree.folder / PATHS[number]).exists():
                tree.write(PATHS[number], content := f"foreign {len(foreign)}")
                foreign[PATHS[number]] = content
            case "work":
                worker.work(until=number)
            case "empty":
                worker.work()
                tree.empty()
                worker.work()
                removed |= wished
        contents = tree.contents()
        assert all(PATHS[posts.index(one)] in contents for one in set(posts) - removed)
    worker.work()
    contents, outside = tree.contents(), tree.outside()
    assert all(outside[path] == content for path, content in foreign.items())
    for post, path in zip(posts, PATHS, strict=True):
        if post in removed:
            assert path not in contents
        else:
            assert contents.count(path) == 1
            assert (path in outside.values()) is (post not in wished)
            assert (f"of {path}" in outside.values()) is (post not in wished)
    assert tree.trashed() == sorted(wished)
