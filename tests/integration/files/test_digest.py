import hashlib
import os
import threading

import pytest

from homebooru.errors import FileGone
from homebooru.files import digest
from homebooru.files.digest import digest_file


@pytest.mark.parametrize("size", [0, 1, digest.BLOCK - 1, digest.BLOCK, 2 * digest.BLOCK + 7])
def test_all_digests_are_those_of_the_bytes(tmp_path, size):
    content = os.urandom(size)
    file = tmp_path / "x"
    file.write_bytes(content)

    stamp, digests = digest_file(os.fsencode(file))

    assert digests.sha256 == hashlib.sha256(content).digest()
    assert digests.md5 == hashlib.md5(content).digest()
    assert digests.sha1 == hashlib.sha1(content).digest()
    assert digests.size == stamp.size == size
    assert stamp.mtime_ns == file.stat().st_mtime_ns


def test_reading_leaves_the_file_as_it_was(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(b"hello")
    before = file.stat()

    digest_file(os.fsencode(file))

    assert (file.stat().st_mtime_ns, file.read_bytes()) == (before.st_mtime_ns, b"hello")


class Meddler:
    """Does something to a file once its first block has been read."""

    def __init__(self, act):
        self.act, self.acted = act, False

    def sha256(self, *args, **kwargs):
        found = hashlib.sha256()
        meddler = self

        class Hash:
            def update(self, block):
                if not meddler.acted:
                    meddler.acted = True
                    meddler.act()
                found.update(block)

            def digest(self):
                return found.digest()

        return Hash()

    md5 = staticmethod(hashlib.md5)
    sha1 = staticmethod(hashlib.sha1)


@pytest.mark.parametrize("act", ["grow", "vanish", "touch", "replace"])
def test_a_file_that_changes_meanwhile_is_to_be_read_again(tmp_path, monkeypatch, act):
    file, other = tmp_path / "x", tmp_path / "y"
    file.write_bytes(b"a" * 3 * digest.BLOCK)
    other.write_bytes(b"b" * 9)
    acts = {
        "grow": lambda: os.truncate(file, 3 * digest.BLOCK + 9),
        "vanish": file.unlink,
        "touch": lambda: os.utime(file, (1, 1)),
        "replace": lambda: other.replace(file),
    }
    monkeypatch.setattr(digest, "hashlib", Meddler(acts[act]))

    with pytest.raises(FileGone):
        digest_file(os.fsencode(file))


def test_files_can_be_read_side_by_side(tmp_path):
    file = tmp_path / "x"
    file.write_bytes(os.urandom(100_000))
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(digest_file(os.fsencode(file))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 4
    assert len(set(found)) == 1
