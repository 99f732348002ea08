"""Hears of changes in folders while they happen, where the system tells."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchdog.events import (
    FileClosedNoWriteEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from homebooru.domain.media import is_picture_name
from homebooru.files.scan import is_passed_over
from homebooru.files.sidecars import is_sidecar_name
from homebooru.files.space import file_system_of
from homebooru.phrases import phrase

QUIET = 1.0  # seconds without news before a folder is told of ...
LONGEST = 5.0  # ... and the longest that one with constant news waits
MANY = 50  # changed folders from which on the whole root is told of
NETWORKED = frozenset(  # names of file systems whose changes happen on another machine
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "ceph",
        "9p",
        "virtiofs",
        "davfs",
        "lustre",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.glusterfs",
        "fuse.davfs2",
        "fuse.curlftpfs",
        "fuse.cephfs",
        "fuse.smbnetfs",
    ]
)

Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Watched:
    """A root that is watched, and the folder that it was then."""

    path: bytes
    identity: Identity
    watch: ObservedWatch


class FolderWatcher:
    """Tells `on_change` of folders, by root and path below it, once they come to rest.

    Where watching does not work (network file systems, no watches left), scanning alone does.
    """

    def __init__(
        self, on_change: Callable[[int, bytes], None], *, never: Sequence[Path] = ()
    ) -> None:
        self._never = tuple(os.fsencode(folder.resolve()) for folder in never)
        self._observer: BaseObserver = Observer()
        self._observer.start()
        self._watched: dict[int, _Watched] = {}
        self._news = _News(on_change)

    def follow(self, roots: Mapping[int, bytes]) -> Mapping[int, str | None]:
        """Watch these roots and no others; return why one is not watched, None where it is."""
        for root_id in [id_ for id_, one in self._watched.items() if not _is_same(one, roots, id_)]:
            self._drop(root_id)
        return {root_id: self._watch(root_id, path) for root_id, path in sorted(roots.items())}

    def close(self) -> None:
        """Stop watching, and tell of nothing any more."""
        self._news.close()
        self._observer.stop()
        self._observer.join()

    def _watch(self, root_id: int, path: bytes) -> str | None:
        if root_id in self._watched:
            return None
        if (kind := file_system_of(Path(os.fsdecode(path)))) in NETWORKED:
            return f"The system does not tell of changes on a network file system ({kind})."
        handler = _Handler(root_id, path, self._never, self._news.add)
        try:
            identity = _identity(path)
            watch = self._observer.schedule(handler, os.fsdecode(path), recursive=True)
        except OSError as error:
            return _reason(error)
        self._watched[root_id] = _Watched(path, identity, watch)
        return None

    def _drop(self, root_id: int) -> None:
        self._observer.unschedule(self._watched.pop(root_id).watch)


class _News:
    """Gathers changed folders, and tells of them from a thread of its own."""

    def __init__(self, tell: Callable[[int, bytes], None]) -> None:
        self._tell = tell
        self._changed: dict[int, set[bytes]] = {}
        self._first = self._last = 0.0
        self._closed = False
        self._woken = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="folder-news", daemon=True)
        self._thread.start()

    def add(self, root_id: int, folder: bytes) -> None:
        with self._woken:
            self._last = time.monotonic()
            if not self._changed:
                self._first = self._last
            self._changed.setdefault(root_id, set()).add(folder)
            self._woken.notify()

    def close(self) -> None:
        with self._woken:
            self._closed = True
            self._woken.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._woken:
                while not self._closed and (wait := self._seconds_left()) != 0:
                    self._woken.wait(wait)
                if self._closed:
                    return
                changed, self._changed = self._changed, {}
            for root_id, folders in changed.items():
                for folder in outermost(folders):
                    self._tell(root_id, folder)

    def _seconds_left(self) -> float | None:
        """Return how long to wait: None for news, 0 where there are some that came to rest."""
        if not self._changed:
            return None
        rest = min(self._last + QUIET, self._first + LONGEST)
        return max(0.0, rest - time.monotonic())


class _Handler(FileSystemEventHandler):
    """Tells which folder of a root an event is about, if it is about pictures at all."""

    def __init__(
        self,
        root_id: int,
        root: bytes,
        never: Sequence[bytes],
        add: Callable[[int, bytes], None],
    ) -> None:
        self._root_id = root_id
        self._root = root
        self._never = never
        self._add = add

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, FileOpenedEvent | FileClosedNoWriteEvent):
            return
        if event.is_directory and event.event_type == "modified":
            return  # what changed in it is told as well
        for path in (event.src_path, event.dest_path):
            if path:
                self._consider(os.fsencode(path), is_folder=event.is_directory)

    def _consider(self, path: bytes, *, is_folder: bool) -> None:
        if not path.startswith(self._root.rstrip(b"/") + b"/"):
            return
        if any(path == folder or path.startswith(folder + b"/") for folder in self._never):
            return
        relative = path[len(self._root.rstrip(b"/")) + 1 :]
        folder, _, name = relative.rpartition(b"/")
        if any(is_passed_over(part) for part in relative.split(b"/")):
            return
        if is_folder:
            self._add(self._root_id, relative)
        elif is_picture_name(name) or is_sidecar_name(name):
            self._add(self._root_id, folder)


def outermost(folders: set[bytes]) -> list[bytes]:
    """Return the folders that lie in no other of them; the root alone where they are many."""
    if b"" in folders or len(folders) > MANY:
        return [b""]
    kept: list[bytes] = []
    for folder in sorted(folders, key=lambda one: one + b"/"):
        if not kept or not folder.startswith(kept[-1] + b"/"):
            kept.append(folder)
    return kept


def _is_same(watched: _Watched, roots: Mapping[int, bytes], root_id: int) -> bool:
    """Tell whether a watch still is on the folder that it shall be on."""
    try:
        return roots.get(root_id) == watched.path and _identity(watched.path) == watched.identity
    except OSError:
        return False


def _identity(path: bytes) -> Identity:
    status = os.stat(path)  # noqa: PTH116 (Path knows no bytes)
    return status.st_dev, status.st_ino


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC:
            return phrase(
                "The system allows no more watches. Raise fs.inotify.max_user_watches to have "
                "changes seen at once."
            )
        case errno.EMFILE | errno.ENFILE:
            return phrase(
                "The system allows no more watchers. Raise fs.inotify.max_user_instances to have "
                "changes seen at once."
            )
        case errno.ENOENT | errno.ENOTDIR:
            return phrase("The folder is not there.")
        case _:
            return phrase("The folder cannot be watched: {reason}.", reason=error.strerror or error)
