"""Sidecars on a real disk: chosen by name, written whole, never over somebody else's word."""

import os
import stat
from hashlib import sha256

import pytest

from homebooru.domain.outgoing.sidecars import Kept, List, Wish, wish_of
from homebooru.errors import NotWritten
from homebooru.files.xmp import writing
from homebooru.files.xmp.reading import read_xmp
from homebooru.files.xmp.writing import DiskSidecars
from tests.sidecars import DIGIKAM, LIGHTROOM

SOLO = ("booru", "General", "solo")
WISH = wish_of([SOLO])


@pytest.fixture
def root(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"picture")
    return tmp_path


def plan(root, picture=b"in/a.jpg", kept=()):
    return DiskSidecars().plan(os.fsencode(root), {picture: (WISH, kept)})[picture]


def write(root, one):
    for error in DiskSidecars().write(os.fsencode(root), [one]).values():
        raise error


def written(root, picture=b"in/a.jpg"):
    one = plan(root, picture)
    write(root, one)
    return Kept(path=one.path, owned=one.owned, before=one.now, digest=sha256(one.then).digest())


def names(root):
    return sorted(os.listdir(root / "in"))


def undo(root, kept):
    write(root, DiskSidecars().plan_undo(os.fsencode(root), kept))


def test_a_new_sidecar_has_the_full_name_and_goes_again(root):
    kept = written(root)
    assert kept.path == b"in/a.jpg.xmp"
    assert SOLO in read_xmp((root / "in/a.jpg.xmp").read_bytes()).paths

    undo(root, kept)
    assert names(root) == ["a.jpg"]


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "a.XMP"])
def test_the_sidecar_that_is_there_is_edited_and_keeps_its_rights(root, name):
    sidecar = root / "in" / name
    sidecar.write_bytes(LIGHTROOM)
    sidecar.chmod(0o640)

    kept = written(root)
    assert names(root) == sorted(["a.jpg", name])
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o640
    before = sidecar.stat()
    write(root, plan(root, kept=[kept]))
    after = sidecar.stat()  # nothing to change, nothing written
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)

    undo(root, kept)
    assert sidecar.read_bytes() == LIGHTROOM


def test_a_sidecar_of_several_pictures_is_left_and_its_words_are_copied(root):
    (root / "in/a.png").write_bytes(b"other")
    (root / "in/a.xmp").write_bytes(DIGIKAM)

    kept = written(root)
    assert (root / "in/a.xmp").read_bytes() == DIGIKAM
    assert ("People", "Anna") in read_xmp((root / "in/a.jpg.xmp").read_bytes()).paths

    undo(root, kept)
    assert names(root) == ["a.jpg", "a.png", "a.xmp"]


def test_what_others_wrote_since_stays_when_we_take_ours_back(root):
    (root / "in/a.xmp").write_bytes(DIGIKAM)
    kept = written(root)
    theirs = (root / "in/a.xmp").read_bytes().replace(b"kept by hand", b"their note")
    (root / "in/a.xmp").write_bytes(theirs)

    undo(root, kept)
    assert (root / "in/a.xmp").read_bytes() == DIGIKAM.replace(b"kept by hand", b"their note")


@pytest.mark.parametrize("present", [True, False])
@pytest.mark.parametrize("swaps", [True, False])
def test_whoever_writes_at_the_same_moment_wins(root, monkeypatch, present, swaps):
    sidecar = root / "in/a.jpg.xmp"
    if present:
        sidecar.write_bytes(LIGHTROOM)
    one = plan(root)
    if not swaps:
        monkeypatch.setattr(writing, "exchange", lambda *_: False)
    real = writing._write

    def late(*args):
        real(*args)
        sidecar.unlink(missing_ok=True)
        sidecar.write_bytes(DIGIKAM)

    monkeypatch.setattr(writing, "_write", late)
    with pytest.raises(NotWritten):
        write(root, one)

    assert sidecar.read_bytes() == DIGIKAM
    assert names(root) == ["a.jpg", "a.jpg.xmp"]


def test_a_plan_that_is_out_of_date_is_not_carried_out(root):
    one = plan(root)
    (root / "in/a.jpg.xmp").write_bytes(DIGIKAM)
    with pytest.raises(NotWritten):
        write(root, one)
    assert (root / "in/a.jpg.xmp").read_bytes() == DIGIKAM


def test_what_a_killed_writer_left_aside_is_tidied(root):
    (root / "in/.a.jpg.xmp.homebooru.tmp").write_bytes(b"half")
    written(root)
    assert names(root) == ["a.jpg", "a.jpg.xmp"]


def protect(sidecar):
    sidecar.write_bytes(LIGHTROOM)
    sidecar.chmod(0o444)


def double(sidecar):
    sidecar.write_bytes(LIGHTROOM)
    os.link(sidecar, sidecar.parent / "other")


def enlarge(sidecar):
    sidecar.write_bytes(LIGHTROOM + b" " * writing.MAX_BYTES)


@pytest.mark.parametrize(
    "prepare",
    [
        protect,
        double,
        enlarge,
        lambda sidecar: sidecar.write_bytes(b"no xml"),
        lambda sidecar: sidecar.symlink_to("elsewhere"),
        os.mkfifo,
        lambda sidecar: sidecar.mkdir(),
    ],
)
def test_what_must_not_be_written_is_left_with_a_reason(root, prepare):
    sidecar = root / "in/a.jpg.xmp"
    prepare(sidecar)
    before = os.lstat(sidecar)

    one = plan(root)
    with pytest.raises(NotWritten):
        raise one if isinstance(one, NotWritten) else write(root, one) or AssertionError

    assert os.lstat(sidecar) == before


def test_links_out_of_the_root_are_not_followed(root, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (root / "link").symlink_to(elsewhere)
    assert isinstance(plan(root, b"link/a.jpg"), NotWritten)
    assert isinstance(plan(root, b"../a.jpg"), NotWritten)


def test_what_was_before_us_holds_nothing_of_ours_though_a_moved_sidecar_does(root):
    (root / "in/a.xmp").write_bytes(LIGHTROOM)
    written(root)
    (root / "in/a.xmp").rename(root / "in/b.xmp")
    (root / "in/b.jpg").write_bytes(b"picture")

    one = plan(root, b"in/b.jpg")

    assert one.before == LIGHTROOM
    assert not one.changes


def test_a_shared_sidecar_that_says_it_all_is_not_copied(root):
    (root / "in/a.png").write_bytes(b"other")
    (root / "in/a.xmp").write_bytes(DIGIKAM)
    flat = Wish(entries={List.TAGS: ("People/Anna",)})

    one = DiskSidecars().plan(os.fsencode(root), {b"in/a.jpg": (flat, ())})[b"in/a.jpg"]

    assert not one.changes
