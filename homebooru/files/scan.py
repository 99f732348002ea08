"""Walks through folders and names the pictures in them."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from homebooru.domain.media import Stamp, is_picture_name
from homebooru.files.sidecars import is_sidecar_name, sidecars_of
from homebooru.phrases import phrase
from homebooru.ports import FolderWalker, Seen, WalkProblems

SKIPPED = frozenset([b"@eaDir", b"#recycle", b"#snapshot", b"$RECYCLE.BIN", b"lost+found"])
GONE = (errno.ENOENT, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name in a folder: a folder, or a picture with its stamp."""

    name: bytes
    stamp: Stamp | None
    sidecars: bytes = b""
    touched_ns: int = 0

    @property
    def order(self) -> bytes:
        """Return what sorts entries as the full paths below them sort."""
        return self.name + b"/" if self.stamp is None else self.name


class DiskWalker(FolderWalker):
    """Walks real folders.

    Links are not followed: what they lead to inside the root is found there anyway, and what
    lies outside is not ours. Dot files, folders of other programs, `skip` (patterns of names)
    and `never` (folders of our own) are passed over.
    """

    def __init__(self, skip: Sequence[str] = (), *, never: Sequence[Path] = ()) -> None:
        self._skip = tuple(os.fsencode(pattern) for pattern in skip)
        self._never = frozenset(os.fsencode(folder.resolve()) for folder in never)

    def check(self, root: bytes) -> str | None:
        if any((root + b"/").startswith(own + b"/") for own in self._never):
            return "HomeBooru keeps its own data here. Remove this folder from the library."
        try:
            with os.scandir(root) as entries:
                next(entries, None)
        except OSError as error:
            return _reason(error)
        return None

    def walk(self, root: bytes, folder: bytes, problems: WalkProblems) -> Iterator[Seen]:
        before = _identity(root)
        if not self._is_skipped_path(root, folder):
            yield from self._walk(root, folder, problems)
        if before is None or _identity(root) != before:
            problems.unreadable[b""] = "The folder vanished, or another took its place, meanwhile."

    def _walk(self, root: bytes, folder: bytes, problems: WalkProblems) -> Iterator[Seen]:
        """Go through a tree with a list of what is still to be read, not by recursion."""
        waiting = [iter(self._list(root, folder, problems, expected=False))]
        prefixes = [folder + b"/" if folder else b""]
        while waiting:
            entry = next(waiting[-1], None)
            if entry is None:
                waiting.pop()
                prefixes.pop()
            elif entry.stamp is not None:
                path = prefixes[-1] + entry.name
                yield Seen(path, entry.stamp, entry.sidecars, entry.touched_ns)
            else:
                path = prefixes[-1] + entry.name
                waiting.append(iter(self._list(root, path, problems, expected=True)))
                prefixes.append(path + b"/")

    def _list(
        self, root: bytes, folder: bytes, problems: WalkProblems, *, expected: bool
    ) -> list[_Entry]:
        """Return what lies in a folder, in order.

        One that was `expected` and is not there any more is a problem: what was in it may be
        gone, or the disk is. The next scan knows.
        """
        path = root + b"/" + folder if folder else root
        try:
            if not stat.S_ISDIR(os.lstat(path).st_mode) and folder:
                return []
            with os.scandir(path) as entries:
                return self._sorted(path, list(entries), folder, problems)
        except OSError as error:
            if expected or error.errno not in GONE:
                problems.unreadable[folder] = _reason(error)
            return []

    def _sorted(
        self, path: bytes, entries: list[os.DirEntry[bytes]], folder: bytes, problems: WalkProblems
    ) -> list[_Entry]:
        prefix = folder + b"/" if folder else b""
        entries = [entry for entry in entries if not self._is_skipped(entry.name)]
        sidecars = {entry.name: entry for entry in entries if is_sidecar_name(entry.name)}
        listed = []
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if path + b"/" + entry.name not in self._never:
                        listed.append(_Entry(entry.name, None))
                elif is_picture_name(entry.name) and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                    beside = _fingerprint(entry.name, sidecars)
                    listed.append(_Entry(entry.name, Stamp.of(status), beside, status.st_ctime_ns))
            except FileNotFoundError:
                continue
            except OSError as error:
                problems.unreadable[prefix + entry.name] = _reason(error)
        return sorted(listed, key=lambda entry: entry.order)

    def _is_skipped(self, name: bytes) -> bool:
        return is_passed_over(name) or any(fnmatchcase(name, one) for one in self._skip)

    def _is_skipped_path(self, root: bytes, folder: bytes) -> bool:
        """Tell whether a folder lies in one that is passed over, or behind a link."""
        here = root
        for name in filter(None, folder.split(b"/")):
            here += b"/" + name
            if self._is_skipped(name) or here in self._never or _is_link(here):
                return True
        return False


def is_passed_over(name: bytes) -> bool:
    """Tell whether files and folders of this name are never ours."""
    return name.startswith(b".") or name in SKIPPED


def _fingerprint(picture: bytes, sidecars: dict[bytes, os.DirEntry[bytes]]) -> bytes:
    """Return what changes when a file beside a picture, that may speak of it, does."""
    if not sidecars:
        return b""
    digest = hashlib.blake2b(digest_size=8)
    speaking = sidecars_of(picture, sidecars.keys())
    for name in speaking:
        try:
            status = sidecars[name].stat()
            digest.update(b"%s\0%d\0%d\0" % (name, status.st_size, status.st_mtime_ns))
        except OSError as error:
            digest.update(b"%s\0%d\0" % (name, error.errno or 0))
    return digest.digest() if speaking else b""


def _is_link(path: bytes) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def _identity(root: bytes) -> tuple[int, int] | None:
    """Return what tells a folder from another that is mounted over it."""
    try:
        status = os.stat(root)  # noqa: PTH116 (Path knows no bytes)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOENT:
            return phrase(
                "The folder is not there. If it is on a disk that is not mounted, mount it."
            )
        case errno.ENOTDIR:
            return phrase("This is not a folder any more.")
        case errno.EACCES | errno.EPERM:
            return phrase("HomeBooru has no permission to read this folder.")
        case _:
            return phrase("The folder cannot be read: {reason}.", reason=error.strerror or error)
