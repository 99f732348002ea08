"""A reader of made-up pictures: text files that say what they show and what is said in them.

`PICTURE|words` shows PICTURE and carries words; one that begins with `broken` shows nothing. Two
pictures whose names differ only after a `~` look alike, as after being saved anew.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from homebooru.domain.media import Digests, Facts, Stamp
from homebooru.domain.said import Said
from homebooru.domain.tags import SaidTag
from homebooru.errors import FileGone, Inaccessible, Unreadable


class Killed(BaseException):
    """What ends a test's process without letting it clean up."""


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


class Told:
    """A progress that remembers what it was told."""

    def __init__(self, going=lambda: True):
        self.total, self.done, self.errors, self.going = 0, 0, [], going

    def expect(self, total):
        self.total = total

    def advance(self, done=1, *, current=None):
        self.done += done

    def report_error(self, what, reason):
        self.errors.append((what, reason))

    def goes_on(self):
        return self.going()


def nothing(what: str, file: bytes) -> None:
    """Let a task be done."""


class FakeReader:
    """Reads at once, in this process. `before` is called ahead of every task, and may raise."""

    def __init__(self, before: Callable[[str, bytes], None] = nothing) -> None:
        self.before = before
        self.files: list[bytes] = []
        self.prepared: list[bytes] = []

    def read_file(self, root, path, *, words_only=False):
        def read():
            from homebooru.ports import Arrival, Heard

            file = root + b"/" + path
            self.files.append(path)
            content, stamp = load(file)
            return Arrival(
                stamp=stamp,
                digests=None if words_only else digests_of(content),
                words=Heard(words_of(file, content)),
            )

        return self._do("read", root + b"/" + path, read)

    def prepare(self, file, sha256):
        def look():
            self.prepared.append(file)
            content, _ = load(file)
            if sha(content) != sha256:
                raise FileGone("The file changed.")
            return facts_of(content)

        return self._do("prepare", file, look)

    def close(self):
        pass

    def _do(self, what, file, act):
        self.before(what, file)
        future: Future = Future()
        try:
            future.set_result(act())
        except Exception as error:  # noqa: BLE001
            future.set_exception(error)
        return future


class FakeThumbs:
    """Remembers what it was told to drop."""

    def __init__(self) -> None:
        self.dropped: list[bytes] = []

    def has(self, sha256):
        return False

    def drop(self, sha256s):
        self.dropped += sha256s


def load(file: bytes) -> tuple[bytes, Stamp]:
    try:
        with Path(os.fsdecode(file)).open("rb") as stream:
            status = os.fstat(stream.fileno())
            return stream.read(), Stamp(status.st_size, status.st_mtime_ns)
    except FileNotFoundError:
        raise FileGone("The file vanished.") from None
    except PermissionError:
        raise Inaccessible("HomeBooru has no permission to read this file.") from None


def digests_of(content: bytes) -> Digests:
    md5, sha1 = hashlib.md5(content).digest(), hashlib.sha1(content).digest()
    return Digests(sha(content), md5, sha1, len(content))


def facts_of(content: bytes) -> Facts:
    picture, _, _ = content.partition(b"|")
    if picture.startswith(b"broken"):
        raise Unreadable("This is no picture.")
    look = sha(picture.partition(b"~")[0])
    return Facts(
        mime="image/jpeg",
        width=100,
        height=50,
        pixel_digest=sha(picture),
        phash=int.from_bytes(look[:4] * 2, "big", signed=True),
        thumbhash=look[:8],
    )


def words_of(file: bytes, content: bytes) -> dict[str, Said]:
    said = {"embedded": _said(content.partition(b"|")[2])}
    with suppress(OSError):
        said["text"] = _said(Path(os.fsdecode(file + b".txt")).read_bytes())
    return {source: words for source, words in said.items() if words.tags}


def _said(text: bytes) -> Said:
    return Said(tags=tuple(SaidTag(word) for word in text.decode().split()))
