import errno
import os

import pytest

from homebooru.errors import FileGone, Unreadable
from homebooru.files.opening import named, open_regular, stamp_of


@pytest.mark.parametrize("name", [b"m\xfcll.jpg", b"new\nline.png", b"-rf.gif", b"x" * 255])
def test_any_name_can_be_opened(tmp_path, name):
    path = os.fsencode(tmp_path / os.fsdecode(name))
    (tmp_path / os.fsdecode(name)).write_bytes(b"hello")

    with open_regular(path) as file:
        assert file.read() == b"hello"
    assert stamp_of(path).size == 5


def test_a_folder_is_no_picture(tmp_path):
    (tmp_path / "x.jpg").mkdir()

    with (
        pytest.raises(Unreadable, match="no regular file"),
        open_regular(os.fsencode(tmp_path / "x.jpg")),
    ):
        pass


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.jpg")

    with (
        pytest.raises(Unreadable, match="no regular file"),
        open_regular(os.fsencode(tmp_path / "x.jpg")),
    ):
        pass


def test_a_device_is_not_read():
    with pytest.raises(Unreadable, match="no regular file"), open_regular(b"/dev/zero"):
        pass


def test_what_is_not_there_is_gone(tmp_path):
    with pytest.raises(FileGone), open_regular(os.fsencode(tmp_path / "x.jpg")):
        pass
    with pytest.raises(FileGone):
        stamp_of(os.fsencode(tmp_path / "nowhere" / "x.jpg"))
    (tmp_path / "file").touch()
    with pytest.raises(FileGone):
        stamp_of(os.fsencode(tmp_path / "file" / "x.jpg"))


def test_a_link_is_followed_and_a_dangling_one_is_gone(tmp_path):
    (tmp_path / "a").write_bytes(b"hello")
    (tmp_path / "good").symlink_to("a")
    (tmp_path / "bad").symlink_to("b")
    (tmp_path / "round").symlink_to("round")

    with open_regular(os.fsencode(tmp_path / "good")) as file:
        assert file.read() == b"hello"
    with pytest.raises(FileGone), open_regular(os.fsencode(tmp_path / "bad")):
        pass
    with pytest.raises(Unreadable), open_regular(os.fsencode(tmp_path / "round")):
        pass


def test_errors_of_the_disk_are_named():
    assert isinstance(named(OSError(errno.ESTALE, "stale")), FileGone)
    assert not isinstance(named(OSError(errno.EIO, "Input/output error")), FileGone)
    assert "Input/output error" in str(named(OSError(errno.EIO, "Input/output error")))
    assert "permission" in str(named(PermissionError(errno.EACCES, "no")))
