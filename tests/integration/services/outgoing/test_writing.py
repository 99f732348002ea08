"""Sidecars follow edits: with them, killed at every step, and back again to the byte."""

import itertools
import os

import pytest
import sqlalchemy as sa

from homebooru.db.tables import PostRow, RootRow, SidecarOrderRow, SidecarRow
from homebooru.domain.outgoing.profile import Profile
from homebooru.domain.said import Said
from homebooru.domain.scope import EVERYTHING
from homebooru.domain.tags import SaidTag
from homebooru.errors import Conflict, InvalidInput, NotFound
from homebooru.files import trash as disk
from homebooru.files.xmp import writing as disk_words
from homebooru.files.xmp.reading import read_xmp
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.services.library.roots import keep_trash
from homebooru.services.outgoing import allowing, showing, writing
from homebooru.services.tags.claiming import keep_claims
from tests.factories import edit_post
from tests.integration.services.trash.tree import Tree
from tests.sidecars import BY_HAND, DARKTABLE, DIGIKAM, IMMICH, LIGHTROOM

STEPS = ("open", "unlink", "fsync", "chmod")


class Killed(BaseException):
    """SIGKILL, as far as one thread can tell."""


class Writer:
    """A root with pictures, and what is written beside them."""

    def __init__(self, sessions, folder, progress):
        self.sessions = sessions
        self.tree = Tree(sessions, folder)
        self.progress = progress
        self.told = []
        progress.report_error = lambda *said: self.told.append(said)
        with sessions.begin() as session:
            self.root = session.scalars(sa.select(RootRow.id)).one()

    def add(self, path, sidecar=None):
        if sidecar is not None:
            (self.tree.folder / f"{path}.xmp").write_bytes(sidecar)
        return self.tree.add(path)

    def edit(self, post, text):
        with self.sessions.begin() as session:
            edit_post(session, post, text)

    def work(self):
        return writing.write_due(self.sessions, DiskSidecars(), self.progress)

    def paths(self, name):
        file = self.tree.folder / name
        return set(read_xmp(file.read_bytes()).paths) if file.exists() else None

    def files(self):
        return {
            name: (self.tree.folder / name).read_bytes()
            for name in os.listdir(self.tree.folder)
            if ".xmp" in name
        }

    def times(self):
        return {name: (self.tree.folder / name).stat().st_mtime_ns for name in self.files()}

    def orders(self):
        with self.sessions() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(SidecarOrderRow))

    def hurry(self):
        with self.sessions.begin() as session:
            session.execute(sa.update(SidecarOrderRow).values(due=sa.func.now()))


@pytest.fixture
def writer(sessions, tmp_path, quiet):
    allowing.change_profile(sessions, {"people": True})
    return Writer(sessions, tmp_path / "pictures", quiet)


def general(name):
    return ("booru", "General", name)


def test_nothing_is_written_until_it_is_allowed_and_only_what_people_said(writer):
    post, other = writer.add("a.jpg", DIGIKAM), writer.add("b.jpg")
    writer.edit(post, "solo character:rem_(re:zero)")
    assert (writer.work(), writer.orders()) == (0, 0)

    allowing.allow(writer.sessions, writer.root)
    assert writer.work() == 1
    ours = {general("solo"), ("booru", "Character", "rem_(re:zero)")}
    assert ours < writer.paths("a.jpg.xmp")
    assert writer.paths("b.jpg.xmp") is None

    writer.edit(post, "-solo")
    writer.edit(other, "cat")
    assert (writer.work(), writer.orders(), writer.told) == (2, 0, [])
    assert general("solo") not in writer.paths("a.jpg.xmp")
    assert writer.paths("b.jpg.xmp") == {general("cat")}

    before = writer.times()
    allowing.write_all(writer.sessions, writer.root)
    assert writer.work() == 0
    assert writer.times() == before


def test_edits_that_are_taken_back_leave_what_was_there_before(writer):
    posts = [writer.add("a.jpg", LIGHTROOM), writer.add("b.jpg")]
    before = writer.files()
    allowing.allow(writer.sessions, writer.root)
    for words in ("solo", "-solo"):
        for post in posts:
            writer.edit(post, words)
        writer.work()

    assert writer.files() == before
    assert showing.sidecars_by_root(writer.sessions) == {}


def test_those_of_all_programs_are_changed_and_back_even_where_somebody_else_writes(writer):
    names = [f"{name}{ending}" for name, ending in zip("abcde", ENDINGS, strict=True)]
    posts = [writer.add(f"{name}.jpg") for name in "abcde"]
    for name, data in zip(names, (DIGIKAM, LIGHTROOM, DARKTABLE, IMMICH, BY_HAND), strict=True):
        (writer.tree.folder / name).write_bytes(data)
    before = writer.files()
    allowing.allow(writer.sessions, writer.root)
    words = "猫 22/7 fate/stay_night a;b |"
    for post in posts:
        writer.edit(post, words)
    theirs = LIGHTROOM.replace(b"<rdf:li>Animals</rdf:li>", "<rdf:li>a, b; 犬</rdf:li>".encode())
    late = Late(lambda: (writer.tree.folder / "b.xmp").write_bytes(theirs))
    assert writing.write_due(writer.sessions, late, writer.progress) == 4
    assert writer.files()["b.xmp"] == theirs
    assert [str(reason) for _, reason in writer.told] == [disk_words.CHANGED]

    writer.hurry()
    assert writer.work() == 1
    expected = {general(name) for name in ("猫", "22/7", "fate/stay_night", "a;b", "|")}
    for name in names:
        assert expected <= writer.paths(name)
    assert "a, b; 犬" in read_xmp(writer.files()["b.xmp"]).words
    for post in posts:
        writer.edit(post, " ".join(f"-{word}" for word in words.split()))
    writer.work()
    assert writer.files() == before | {"b.xmp": theirs}


ENDINGS = (".jpg.xmp", ".xmp", ".jpg.xmp", ".xmp", ".jpg.xmp")


class Late(DiskSidecars):
    """Lets something happen once between the reading and the writing."""

    def __init__(self, act):
        self.act = act

    def plan(self, root, wishes):
        plans = super().plan(root, wishes)
        self.act()
        return plans


def test_a_sidecar_that_moved_with_its_picture_is_taken_back_too(writer):
    first, second = writer.add("a.jpg", LIGHTROOM), writer.add("b.jpg")
    allowing.allow(writer.sessions, writer.root)
    writer.edit(first, "solo")
    writer.work()
    (writer.tree.folder / "a.jpg.xmp").rename(writer.tree.folder / "b.jpg.xmp")

    writer.edit(second, "solo")
    writer.work()
    allowing.undo(writer.sessions, writer.root)
    writer.work()

    assert writer.files() == {"b.jpg.xmp": LIGHTROOM}


def test_all_is_taken_back_to_the_byte(writer):
    posts = [writer.add("a.jpg", DIGIKAM), writer.add("b.jpg", LIGHTROOM), writer.add("c.jpg")]
    before = writer.files()
    allowing.change_profile(writer.sessions, {"stars": True})
    allowing.allow(writer.sessions, writer.root)
    for post in posts:
        writer.edit(post, "solo stars:5")
        writer.edit(post, "cat")
    assert writer.work() == 3
    assert read_xmp(writer.files()["b.jpg.xmp"]).stars == 3  # ours is an echo, theirs was 3
    assert b'xmp:Rating="5"' in writer.files()["b.jpg.xmp"]

    assert allowing.undo(writer.sessions, writer.root) == 3
    writer.work()
    assert writer.files() == before
    assert (writer.orders(), showing.sidecars_by_root(writer.sessions)) == (0, {})


def test_what_goes_unreviewed_is_as_the_profile_says(writer, sessions):
    post = writer.add("a.jpg")
    with sessions.begin() as session:
        keep_claims(session, {(post, "danbooru"): Said(tags=(SaidTag("1girl"),))})
        keep_claims(session, {(post, "text"): Said(tags=(SaidTag("tree"),))})
    allowing.allow(sessions, writer.root)
    writer.work()
    assert writer.paths("a.jpg.xmp") is None

    allowing.change_profile(sessions, {"boorus": True})
    writer.work()
    assert writer.paths("a.jpg.xmp") == {general("1girl")}

    writer.edit(post, "is:reviewed")
    writer.work()
    assert writer.paths("a.jpg.xmp") == {general("1girl"), general("tree")}

    allowing.change_profile(sessions, {"general": 1})
    writer.work()
    assert writer.paths("a.jpg.xmp") == {general("1girl")}  # a booru is trusted more than a file

    allowing.change_profile(sessions, {"boorus": False, "root": "", "spelling": "spaces"})
    writer.edit(post, "long_hair")
    writer.work()
    assert writer.paths("a.jpg.xmp") == {("General", "long hair")}

    writer.edit(post, "-is:reviewed")
    allowing.change_profile(sessions, {"people": False})
    writer.work()
    assert writer.paths("a.jpg.xmp") is None


def test_what_others_took_out_is_told_and_written_again_only_on_demand(writer):
    post = writer.add("a.jpg")
    allowing.allow(writer.sessions, writer.root)
    writer.edit(post, "solo")
    writer.work()
    file = writer.tree.folder / "a.jpg.xmp"
    file.write_bytes(file.read_bytes().replace(b"<rdf:li>booru/General/solo</rdf:li>", b"", 1))

    writer.edit(post, "cat")
    writer.work()
    assert writer.paths("a.jpg.xmp") >= {general("cat")}
    assert b"<rdf:li>booru/General/solo</rdf:li>" not in file.read_bytes()
    assert showing.sidecars_by_root(writer.sessions)[writer.root].changed_elsewhere == 1

    assert allowing.write_again(writer.sessions, writer.root) == 1
    writer.work()
    assert b"<rdf:li>booru/General/solo</rdf:li>" in file.read_bytes()
    assert showing.sidecars_by_root(writer.sessions)[writer.root].changed_elsewhere == 0


def test_what_cannot_be_written_waits_with_its_reason(writer):
    post = writer.add("a.jpg", b"no xml")
    allowing.allow(writer.sessions, writer.root)
    writer.edit(post, "solo")
    writer.work()

    state = showing.sidecars_by_root(writer.sessions)[writer.root]
    assert (state.written, state.failed, len(state.reasons), len(writer.told)) == (0, 1, 1, 1)

    (writer.tree.folder / "a.jpg.xmp").write_bytes(LIGHTROOM)
    writer.hurry()
    writer.work()
    state = showing.sidecars_by_root(writer.sessions)[writer.root]
    assert (state.written, state.failed) == (1, 0)


def test_a_root_that_is_read_only_stays_as_it_is(writer):
    post = writer.add("a.jpg")
    allowing.allow(writer.sessions, writer.root)
    writer.edit(post, "solo")
    allowing.mark_read_only(writer.sessions, writer.root, read_only=True)
    writer.work()
    assert writer.files() == {}
    for wish in (allowing.allow, allowing.undo):
        with pytest.raises(Conflict):
            wish(writer.sessions, writer.root)
    with pytest.raises(Conflict):
        keep_trash(writer.sessions, writer.root, "move")

    allowing.mark_read_only(writer.sessions, writer.root, read_only=False)
    allowing.allow(writer.sessions, writer.root)
    assert writer.work() == 1
    allowing.forbid(writer.sessions, writer.root)
    writer.edit(post, "cat")
    assert writer.work() == 0
    with pytest.raises(NotFound):
        allowing.allow(writer.sessions, 99)


def test_a_preview_writes_nothing(writer):
    post = writer.add("a.jpg", DIGIKAM)
    writer.add("b.jpg")
    writer.edit(post, "solo")
    before = writer.files()

    told = showing.preview(writer.sessions, DiskSidecars(), writer.root, EVERYTHING)

    assert (told.new, told.changed, told.same, dict(told.groups)) == (0, 1, 0, {"booru/General": 1})
    assert told.examples[0].path == "a.jpg.xmp"
    assert writer.files() == before
    assert writer.orders() == 0


@pytest.mark.parametrize(
    "settings",
    [
        {"root": "a/b"},
        {"root": 5},
        {"boorus": "yes"},
        {"general": -1},
        {"general": True},
        {"categories": ["no"]},
        {"spelling": "x"},
        {"?": 1},
    ],
)
def test_profiles_that_cannot_be_are_refused(writer, settings):
    with pytest.raises(InvalidInput):
        allowing.change_profile(writer.sessions, settings)
    with writer.sessions() as session:
        assert writing.load_profile(session) == Profile(people=True)


def killed_at(writer, until):
    """Work, killed before a step; tell whether it came to that step."""
    steps = itertools.count()

    def counted(act):
        def step(*arguments, **more):
            if next(steps) == until:
                raise Killed
            return act(*arguments, **more)

        return step

    with pytest.MonkeyPatch.context() as patched:
        for name in STEPS:
            patched.setattr(os, name, counted(getattr(os, name)))
        patched.setattr(disk, "_renameat2", counted(disk._renameat2))
        patched.setattr(writing, "in_transaction", counted(writing.in_transaction))
        try:
            writer.work()
        except Killed:
            writer.hurry()
            return True
    return False


@pytest.mark.parametrize("undoing", [False, True])
def test_killed_at_every_step_the_end_is_that_of_a_calm_run(sessions, writer, undoing):
    post = writer.add("a.jpg", DIGIKAM)
    other = writer.add("b.jpg")
    before = writer.files()
    allowing.allow(sessions, writer.root)
    ends = set()
    for until in itertools.count():
        writer.edit(post, "solo cat")
        writer.edit(other, "solo")
        if undoing:
            writer.work()
            allowing.undo(sessions, writer.root)
        was_killed = killed_at(writer, until)
        writer.work()
        ends.add(tuple(sorted(writer.files().items())))
        assert writer.orders() == 0
        if not undoing:
            allowing.undo(sessions, writer.root)
            writer.work()
        assert writer.files() == before
        allowing.allow(sessions, writer.root)
        if not was_killed:
            break
    assert len(ends) == 1
    assert until > 20
    with sessions() as session:
        assert not session.scalars(sa.select(SidecarRow.path)).all()
        assert set(session.scalars(sa.select(PostRow.id))) == {post, other}
