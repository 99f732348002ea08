"""Moves files of trashed posts into the trash of their root, and back: never over anything else.

With `files/xmp` this is the only module that may change anything in people's folders.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from typing import NoReturn

from homebooru.domain.editing.trash import renamed
from homebooru.domain.media import Stamp, is_picture_name
from homebooru.errors import FileGone, NotMoved
from homebooru.files.sidecars import is_sidecar_name, sidecars_of
from homebooru.phrases import phrase
from homebooru.ports import TrashKeeper, TrashMove, TrashPlan

TRASH = b".homebooru-trash"
CHANGED = phrase("The file is not there, or it changed since it was read.")
NO_REPLACE, EXCHANGE = 1, 2
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
FOR_GOOD = {
    errno.EROFS: phrase("The disk can only be read from."),
    errno.EXDEV: phrase("Its trash would lie on another file system."),
    errno.ENAMETOOLONG: phrase("Its path is too long for the trash."),
}
FOR_NOW = {
    errno.EACCES: phrase("HomeBooru has no permission to move it."),
    errno.EPERM: phrase("HomeBooru has no permission to move it."),
    errno.ENOSPC: phrase("The disk is full."),
    errno.EDQUOT: phrase("The disk is full."),
}
LONGEST_STEM = 180  # bytes, which leaves room for what is put behind it
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


class DiskTrash(TrashKeeper):
    """The trash of a root is a folder on the very file system where each file lies.

    Below it every file has a folder of its own with the path that it had, so that people find
    their way without us, too.
    """

    def plan(
        self, root: bytes, files: Mapping[int, tuple[bytes, Stamp]]
    ) -> Mapping[int, TrashPlan | FileGone | NotMoved]:
        plans: dict[int, TrashPlan | FileGone | NotMoved] = {}
        for folder, inside in _by_folder(files).items():
            try:
                with _told(), folder_below(root, folder) as (here, top):
                    names = frozenset(os.fsencode(name) for name in os.listdir(here))
                    for number in inside:
                        path, stamp = files[number]
                        name = _split(path)[1]
                        if _stamp(here, name) != stamp:
                            plans[number] = FileGone(CHANGED)
                            continue
                        place = _place(path, number, top)
                        plans[number] = TrashPlan(place, _own_sidecars(name, names))
            except (FileGone, NotMoved) as error:
                plans |= dict.fromkeys((one for one in inside if one not in plans), error)
        return plans

    def put(self, move: TrashMove) -> None:
        try:
            # The trash is made only where the file was: its disk may not be there.
            with _told(), folder_below(move.root, _split(move.path)[0]) as (here, _):
                trash = _split(move.trash_path)[0]
                with folder_below(move.root, trash, make=True) as (there, _):
                    _put_picture(move, here, there)
                    _put_sidecars(move, here, there)
        except FileExistsError as error:
            raise NotMoved(phrase("Something lies at its place in the trash.")) from error

    def free_path(self, root: bytes, path: bytes, sidecars: Sequence[bytes]) -> bytes:
        folder, name = _split(path)
        with _told():
            try:
                with folder_below(root, folder) as (here, _):
                    taken = frozenset(os.fsencode(one) for one in os.listdir(here))
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise
                taken = frozenset()  # its folder is gone, and is made again
            free = next(one for one in _names_like(name) if _is_free(name, one, sidecars, taken))
            return _join(folder, free)

    def take_back(self, move: TrashMove) -> None:
        with _told():
            if not _lies_at(move.root, move.trash_path):
                if _lies_at(move.root, move.path) != move.stamp:
                    _check_trash(move)
                    raise FileGone(phrase("The file is not in the trash any more."))
                return
            with (
                folder_below(move.root, _split(move.trash_path)[0]) as (there, _),
                folder_below(move.root, _split(move.path)[0], make=True) as (here, _),
            ):
                _take_all(move, here, there)
            _tidy(move)

    def is_in_place(self, move: TrashMove) -> bool:
        try:
            return _lies_at(move.root, move.path) == move.stamp
        except OSError:
            return False

    def remove(self, move: TrashMove) -> None:
        if TRASH not in move.trash_path.split(b"/"):
            raise NotMoved(
                phrase("It does not lie in the trash, so it is not removed."), permanent=True
            )
        folder, name = _split(move.trash_path)
        with _told():
            _check_trash(move)
            with suppress(FileNotFoundError), folder_below(move.root, folder) as (there, _):
                if _stamp(there, name) not in (None, move.stamp):
                    raise NotMoved(
                        phrase("It changed in the trash, so it is left there."), permanent=True
                    )
                for one in (*(other for _, other in move.sidecars), name):
                    with suppress(FileNotFoundError):
                        os.unlink(one, dir_fd=there)
            _tidy(move)

    def sync(self, moves: Iterable[TrashMove]) -> None:
        folders = {
            (move.root, _split(path)[0]) for move in moves for path in (move.path, move.trash_path)
        }
        for root, folder in sorted(folders):
            with suppress(OSError), folder_below(root, folder) as (here, _):
                os.fsync(here)


def _put_picture(move: TrashMove, here: int, there: int) -> None:
    name, other = _names(move)
    if _stamp(there, other):
        if _is_same(here, name, there, other):
            os.unlink(name, dir_fd=here)
        return
    if _stamp(here, name) != move.stamp:
        raise FileGone(CHANGED)
    rename_alone(here, name, there, other)
    if _stamp(there, other) != move.stamp:
        rename_alone(there, other, here, name)
        raise FileGone(phrase("The file was changed while it was moved."))


def _put_sidecars(move: TrashMove, here: int, there: int) -> None:
    """Let the files beside a picture follow it; all, or the picture does not go either."""
    try:
        for name, other in move.sidecars:
            _carry(here, name, there, other)
    except OSError:
        with suppress(OSError):
            for name, other in (*move.sidecars, _names(move)):
                _carry(there, other, here, name)
        raise


def _take_all(move: TrashMove, here: int, there: int) -> None:
    """Move a picture and what goes with it out of the trash: all of it, or nothing."""
    done: list[tuple[bytes, bytes]] = []
    try:
        for name, other in (*move.sidecars, _names(move)):
            if _carry(there, other, here, name):
                done.append((name, other))
    except OSError:
        with suppress(OSError):
            for name, other in reversed(done):
                _carry(here, name, there, other)
        raise


def _lies_at(root: bytes, path: bytes) -> Stamp | None:
    """Return the stamp of the file at a path; None where there is none."""
    folder, name = _split(path)
    try:
        with folder_below(root, folder) as (here, _):
            return _stamp(here, name)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _place(path: bytes, number: int, top: int) -> bytes:
    """Return where in the trash a file is to lie whose file system begins `top` folders down."""
    parts = path.split(b"/")
    return b"/".join((*parts[:top], TRASH, b"%d" % number, *parts[top:]))


def _own_sidecars(picture: bytes, names: frozenset[bytes]) -> tuple[bytes, ...]:
    """Return the files that speak of a picture, and of no other in its folder."""
    beside = frozenset(filter(is_sidecar_name, names))
    found = sidecars_of(picture, beside)
    stem = picture.rpartition(b".")[0] + b"."
    twins = [
        one for one in names if one != picture and one.startswith(stem) and is_picture_name(one)
    ]
    shared = {name for twin in twins if found for name in sidecars_of(twin, beside)}
    return tuple(name for name in found if name not in shared)


def _by_folder(files: Mapping[int, tuple[bytes, Stamp]]) -> dict[bytes, list[int]]:
    folders: dict[bytes, list[int]] = {}
    for number, (path, _) in files.items():
        folders.setdefault(_split(path)[0], []).append(number)
    return folders


def _names_like(name: bytes) -> Iterator[bytes]:
    """Yield a name, then others like it."""
    yield name
    stem, dot, ending = name.rpartition(b".")
    stem = stem[:LONGEST_STEM].decode("utf-8", "ignore").encode() or b"picture"
    for number in count(1):
        yield stem + (b" (restored)" if number == 1 else b" (restored %d)" % number) + dot + ending


def _is_free(name: bytes, other: bytes, sidecars: Sequence[bytes], taken: frozenset[bytes]) -> bool:
    return taken.isdisjoint({other, *(renamed(one, name, other) for one in sidecars)})


def _names(move: TrashMove) -> tuple[bytes, bytes]:
    return _split(move.path)[1], _split(move.trash_path)[1]


@contextmanager
def folder_below(root: bytes, folder: bytes, *, make: bool = False) -> Iterator[tuple[int, int]]:
    """Open a folder step by step, so that no link leads out of its root.

    With it goes after how many steps the file system begins on which it lies. The root itself is
    never made: it may be a disk that is not there.
    """
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        device, top = os.fstat(here).st_dev, 0
        for depth, part in enumerate(filter(None, folder.split(b"/")), start=1):
            if part in (b".", b".."):
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=here)
            inner = os.open(part, FOLDER, dir_fd=here)
            os.close(here)
            here = inner
            if os.fstat(here).st_dev != device:
                device, top = os.fstat(here).st_dev, depth
        yield here, top
    finally:
        os.close(here)


def _stamp(folder: int, name: bytes) -> Stamp | None:
    """Return the stamp of a regular file; None where there is none."""
    try:
        status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Stamp.of(status) if stat.S_ISREG(status.st_mode) else None


def _is_same(folder: int, name: bytes, other_folder: int, other: bytes) -> bool:
    """Tell whether two names are of one file."""
    try:
        one = os.stat(name, dir_fd=folder, follow_symlinks=False)
        two = os.stat(other, dir_fd=other_folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (one.st_dev, one.st_ino) == (two.st_dev, two.st_ino)


def _carry(folder: int, name: bytes, other_folder: int, other: bytes) -> bool:
    """Move a file that is there, and end a move that was interrupted; tell whether it was there."""
    if _is_same(folder, name, other_folder, other):
        os.unlink(name, dir_fd=folder)
        return True
    try:
        rename_alone(folder, name, other_folder, other)
    except FileNotFoundError:
        return False
    return True


def rename_alone(folder: int, name: bytes, other_folder: int, other: bytes) -> None:
    """Rename without replacing; a link, then one name less, where the system cannot do that."""
    if _renameat2 is not None:
        if _renameat2(folder, name, other_folder, other, NO_REPLACE) == 0:
            return
        number = ctypes.get_errno()
        if number not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(number, os.strerror(number), name)
    os.link(name, other, src_dir_fd=folder, dst_dir_fd=other_folder, follow_symlinks=False)
    os.unlink(name, dir_fd=folder)


def exchange(folder: int, name: bytes, other: bytes) -> bool:
    """Let two files of a folder change names at once; tell whether the system can do that."""
    if _renameat2 is None:
        return False
    if _renameat2(folder, name, folder, other, EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(number, os.strerror(number), name)


def _tidy(move: TrashMove) -> None:
    """Take away the folders that a file had in the trash, but not the trash itself."""
    folder = _split(move.trash_path)[0]
    while folder and _split(folder)[1] != TRASH:
        above, name = _split(folder)
        try:
            with folder_below(move.root, above) as (here, _):
                os.rmdir(name, dir_fd=here)
        except OSError:
            return
        folder = above


def _check_trash(move: TrashMove) -> None:
    """Raise where the trash itself is not there: its disk is another, or none."""
    parts = move.trash_path.split(b"/")
    top = b"/".join(parts[: parts.index(TRASH) + 1])
    with folder_below(move.root, top):
        pass


def _split(path: bytes) -> tuple[bytes, bytes]:
    folder, _, name = path.rpartition(b"/")
    return folder, name


def _join(folder: bytes, name: bytes) -> bytes:
    return folder + b"/" + name if folder else name


@contextmanager
def _told() -> Iterator[None]:
    """Say in words what the system says of moving; that a name is taken is for the caller."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        _tell(error)


def _tell(error: OSError) -> NoReturn:
    if error.errno in MISSING:
        raise NotMoved(phrase("The folder is not there, or a link took its place.")) from error
    if error.errno in FOR_GOOD:
        raise NotMoved(FOR_GOOD[error.errno], permanent=True) from error
    if error.errno in FOR_NOW:
        raise NotMoved(FOR_NOW[error.errno]) from error
    reason = error.strerror or error
    raise NotMoved(phrase("The disk could not do it: {reason}.", reason=reason)) from error
