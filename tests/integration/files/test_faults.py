"""Every writer on a disk that is full, can only be read from, or is somebody else's."""

import hashlib
import os
import sqlite3
import tempfile
from contextlib import closing

import pytest

from homebooru.db.backup import back_up
from homebooru.db.singleton import GalleryLock
from homebooru.db.tuning import write_settings
from homebooru.domain.outgoing.sidecars import wish_of
from homebooru.errors import DiskFull, HomeBooruError, NoRights, disk_fault
from homebooru.files.secrets import installation_secret
from homebooru.files.takeover.copies import Copies
from homebooru.files.takeover.sqlite import open_old
from homebooru.files.thumbs import SMALL, ThumbStore
from homebooru.files.transfer.lines import write_lines
from homebooru.files.xmp.writing import DiskSidecars
from homebooru.search.index.snapshot import Head, save
from homebooru.search.index.table import PostTable
from homebooru.search.index.words import WordTable
from homebooru.settings import Settings
from homebooru.settings.folders import make_data_folder, private_folder
from tests.faults import DISKS, ForbiddenFolder, FullDisk, make_disk

HEAD = Head(library="x", cluster="y", database="z", snapshot="1:1:")
WISH = wish_of([("booru", "General", "solo")])


def keep_thumbnail(folder, number):
    ThumbStore(folder / "thumbnails").keep(bytes([number]) * 32, {SMALL: b"x" * 30_000})


def make_secret(folder, number):
    installation_secret(folder / f"keys{number}")


def write_export(folder, number):
    write_lines(folder / f"{number}.jsonl.gz", [{"kind": "x", "text": os.urandom(30_000).hex()}])


def save_index(folder, number):
    save(folder / "posts.npz", HEAD, PostTable(), WordTable())


def write_sidecar(folder, number):
    keeper, picture = DiskSidecars(), b"%d.jpg" % number
    plan = keeper.plan(os.fsencode(folder), {picture: (WISH, ())})[picture]
    if isinstance(plan, HomeBooruError):
        raise plan
    for error in keeper.write(os.fsencode(folder), [plan]).values():
        raise error


def keep_copy(folder, number):
    picture = bytes([number]) * 30_000
    copies = Copies(folder, 0, lambda _: set())
    copies.keep(f"{number}.png", hashlib.sha1(picture).hexdigest(), [picture], None)


def make_folders(folder, number):
    settings = Settings(data=folder / f"data{number}")
    make_data_folder(settings)
    private_folder(settings, "secrets")


def hold_lock(folder, number):
    lock = GalleryLock(folder)
    try:
        assert lock.take()
        lock.tell("http://127.0.0.1:5000/")
    finally:
        lock.release()


def set_server(folder, number):
    base = folder / "postgresql.conf"
    if not base.exists():
        base.write_text("# theirs\n" * 10)
    write_settings(folder, {f"name{number}": "x" * 30_000})


def copy_database(folder, number):
    theirs = folder.parent / "theirs.db"
    if not theirs.exists():
        with closing(sqlite3.connect(theirs)) as connection:
            connection.execute("create table images (id)")
        theirs.with_name("theirs.db-wal").write_bytes(bytes(32))
    tempfile.tempdir = str(folder)
    try:
        with open_old(theirs) as database:
            assert database.count() == 0
    finally:
        tempfile.tempdir = None


WRITERS = [
    keep_thumbnail, make_secret, write_export, save_index, write_sidecar, make_folders, hold_lock,
    set_server, keep_copy, copy_database,
]  # fmt: skip


@pytest.fixture(params=DISKS)
def disk(request, tmp_path):
    disk = make_disk(request.param, tmp_path / "disk")
    yield disk
    disk.leave()


def refused(write, folder, number):
    """Return what a person is told, None where it was written all the same."""
    try:
        write(folder, number)
    except HomeBooruError as error:
        return str(error)
    except OSError as error:
        return str(disk_fault(error) or "nothing that anybody understands")
    return None


@pytest.mark.parametrize("write", WRITERS)
def test_a_writer_tells_the_fault_leaves_nothing_half_done_and_goes_on_afterwards(disk, write):
    write(disk.folder, 1)
    before = disk.files()
    disk.break_()
    told = refused(write, disk.folder, 2)
    if isinstance(disk, ForbiddenFolder):
        disk.mend()
    if told is None:  # a folder or a name takes no room; a file of before may be held
        assert write in (make_folders, hold_lock)
    else:
        assert told.endswith(".")
        assert disk.files() == before
    if not isinstance(disk, ForbiddenFolder):
        disk.mend()
    write(disk.folder, 3)
    assert disk.files().keys() >= before.keys()


def test_a_backup_does_so_too(disk, engine, tmp_path):
    disk.break_()
    told = refused(lambda folder, _: back_up(engine, folder / "one.dump"), disk.folder, 0)
    disk.mend()
    assert told
    assert disk.files() == {}
    if not isinstance(disk, FullDisk):
        back_up(engine, disk.folder / "one.dump")
        assert list(disk.files()) == ["one.dump"]


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (28, DiskFull, "The disk of /a/b is full"),
        (122, DiskFull, "full"),
        (30, NoRights, "can only be read from"),
        (13, NoRights, "may not write to /a/b"),
        (1, NoRights, "may not write"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(number, kind, words):
    fault = disk_fault(OSError(number, "told by the system", "/a/b"))
    assert type(fault) is kind
    assert words in str(fault)


def test_other_failures_are_no_fault_of_the_disk():
    assert disk_fault(OSError(5, "Input/output error", "/a/b")) is None
    assert disk_fault(OSError("without a number")) is None
