import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from homebooru.files.scan import DiskWalker
from homebooru.ports import WalkProblems


@pytest.fixture
def tree(tmp_path):
    def write(name, content=b"x"):
        file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    write.folder = tmp_path
    write.root = os.fsencode(tmp_path)
    return write


def walked(tree, folder=b"", walker=None):
    problems = WalkProblems()
    seen = list((walker or DiskWalker()).walk(tree.root, folder, problems))
    return [one.path for one in seen], problems.unreadable


def test_pictures_come_in_the_byte_order_of_their_paths(tree):
    names = [b"b.jpg", b"a/z.jpg", b"a.jpg", b"a-b/c.png", b"a/b/c.webm", b"Z.GIF", b"a!.jpg"]
    for name in [*names, b"a/notes.md", b"noext", b"a.jpg.txt"]:
        tree(name)

    assert walked(tree) == (sorted(names), {})
    assert walked(tree, b"a") == ([b"a/b/c.webm", b"a/z.jpg"], {})


def test_names_of_all_kinds_are_walked(tree):
    names = sorted([b"latin-\xe9.jpg", b"new\nline.jpg", b"n" * 251 + b".jpg", b"\xff/a.jpg"])
    for name in names:
        tree(name)

    assert walked(tree)[0] == names


@pytest.mark.parametrize(
    "name",
    [
        b".hidden.jpg",
        b".thumbnails/a.jpg",
        b"@eaDir/a.jpg",
        b"sub/#recycle/a.jpg",
        b"private/a.jpg",
        b"a-draft.jpg",
        b"data/a.jpg",
    ],
)
def test_what_is_not_ours_is_passed_over(tree, name):
    tree(name)
    tree(b"fine.jpg")
    walker = DiskWalker(("private", "*-draft.*"), never=[tree.folder / "data"])

    assert walked(tree, walker=walker) == ([b"fine.jpg"], {})
    folder = name.rpartition(b"/")[0]
    if folder:
        assert walked(tree, folder, walker) == ([], {})


def test_links_are_not_followed(tree):
    tree(b"sub/a.jpg")
    (tree.folder / "sub" / "loop").symlink_to(tree.folder)
    (tree.folder / "self").symlink_to(tree.folder / "self")
    (tree.folder / "link.jpg").symlink_to(tree.folder / "sub" / "a.jpg")
    (tree.folder / "out.jpg").symlink_to("/etc/hostname")
    (tree.folder / "outside").symlink_to("/usr")

    assert walked(tree) == ([b"sub/a.jpg"], {})
    assert walked(tree, b"sub/loop") == ([], {})


def test_pipes_and_other_oddities_are_no_pictures(tree):
    os.mkfifo(tree.folder / "pipe.jpg")
    (tree.folder / "folder.jpg").mkdir()
    tree(b"folder.jpg/in.jpg")

    assert walked(tree) == ([b"folder.jpg/in.jpg"], {})


def test_a_sidecar_changes_the_fingerprint_of_its_picture_alone(tree):
    def prints():
        return {s.path: s.sidecars for s in DiskWalker().walk(tree.root, b"", WalkProblems())}

    tree(b"a.jpg")
    tree(b"b.jpg")
    none = prints()
    sidecar = tree(b"a.jpg.xmp")
    there = prints()
    sidecar.write_bytes(b"longer")
    changed = prints()
    sidecar.unlink()

    assert none == {b"a.jpg": b"", b"b.jpg": b""}
    assert len({none[b"a.jpg"], there[b"a.jpg"], changed[b"a.jpg"]}) == 3
    assert there[b"b.jpg"] == changed[b"b.jpg"] == b""
    assert prints() == none


def test_folders_without_permission_are_problems_and_the_rest_goes_on(tree):
    tree(b"closed/a.jpg")
    tree(b"listed/a.jpg")
    tree(b"open/a.jpg")
    (tree.folder / "closed").chmod(0)
    (tree.folder / "listed").chmod(0o444)
    told = walked_by_nobody(tree.folder)
    (tree.folder / "closed").chmod(0o700)
    (tree.folder / "listed").chmod(0o700)

    denied = "HomeBooru has no permission to read this folder."
    assert told["seen"] == ["open/a.jpg"]
    assert told["problems"] == {"closed": denied, "listed/a.jpg": denied}
    assert told["check"] is None
    assert told["check_closed"] == denied


def walked_by_nobody(folder):
    """Walk a folder in a process that is not root, whoever we are."""
    folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", WALK], cwd=folder, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


WALK = """
import json, os
from homebooru.files.scan import DiskWalker
from homebooru.ports import WalkProblems

if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
walker, problems = DiskWalker(), WalkProblems()
seen = [one.path.decode() for one in walker.walk(b".", b"", problems)]
print(json.dumps({
    "seen": seen,
    "problems": {path.decode(): why for path, why in problems.unreadable.items()},
    "check": walker.check(b"."),
    "check_closed": walker.check(b"closed"),
}))
"""


def test_a_folder_that_vanishes_while_it_is_walked_is_a_problem(tree):
    tree(b"a.jpg")
    tree(b"sub/b.jpg")
    problems = WalkProblems()
    walk = DiskWalker().walk(tree.root, b"", problems)
    next(walk)
    (tree.folder / "sub").rename(tree.folder.with_name("elsewhere"))

    assert list(walk) == []
    assert set(problems.unreadable) == {b"sub"}


def test_a_root_that_another_takes_the_place_of_is_a_problem(tree):
    tree(b"a.jpg")
    problems = WalkProblems()
    walk = DiskWalker().walk(tree.root, b"", problems)
    next(walk)
    tree.folder.rename(tree.folder.with_name("aside"))
    tree.folder.mkdir()

    assert list(walk) == []
    assert set(problems.unreadable) == {b""}


def test_a_folder_that_was_asked_for_and_is_gone_is_simply_empty(tree):
    assert walked(tree, b"gone/before") == ([], {})


def test_a_root_is_checked(tree):
    file = tree(b"a.jpg")
    walker = DiskWalker()

    assert walker.check(tree.root) is None
    assert "not there" in walker.check(tree.root + b"/nowhere")
    assert "not a folder" in walker.check(os.fsencode(file))


def test_our_own_folders_are_never_a_library(tmp_path):
    own = tmp_path / "own"
    (own / "thumbnails").mkdir(parents=True)
    (tmp_path / "owner").mkdir()
    walker = DiskWalker(never=[own])

    assert "its own data" in (walker.check(os.fsencode(own)) or "")
    assert "its own data" in (walker.check(os.fsencode(own / "thumbnails")) or "")
    assert walker.check(os.fsencode(tmp_path / "owner")) is None
    assert walker.check(os.fsencode(tmp_path)) is None
