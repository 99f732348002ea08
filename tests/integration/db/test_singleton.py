import subprocess
import sys

import pytest

from homebooru.db.singleton import GalleryLock, running_gallery

HOLDER = """
import sys, time
from pathlib import Path
from homebooru.db.singleton import GalleryLock
lock = GalleryLock(Path(sys.argv[1]))
assert lock.take()
lock.tell("http://there/")
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDER, tmp_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_only_one_holds_the_lock_and_others_learn_where_it_is(holder, tmp_path):
    lock = GalleryLock(tmp_path)
    assert not lock.take()
    assert lock.wait_for_address(5) == running_gallery(tmp_path) == "http://there/"
    lock.release()


def test_a_killed_gallery_s_address_is_told_to_nobody(holder, tmp_path):
    holder.kill()
    holder.wait()
    assert running_gallery(tmp_path) is None
    lock = GalleryLock(tmp_path)
    assert lock.take()
    assert lock.was_left
    assert GalleryLock(tmp_path).wait_for_address(0.3) == running_gallery(tmp_path) == ""
    lock.tell("http://here/")
    assert running_gallery(tmp_path) == "http://here/"
    lock.release()


def test_nothing_runs_on_a_folder_that_never_held_a_gallery(tmp_path):
    assert running_gallery(tmp_path) is None
