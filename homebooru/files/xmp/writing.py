"""Writes sidecars beside pictures: whole or not at all, and never over what somebody else wrote.

With `files/trash` this is the only module that may change anything in people's folders.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

from homebooru.domain.media import is_picture_name
from homebooru.domain.outgoing.sidecars import NOTHING, Kept, Plan, Wish
from homebooru.errors import NotWritten, Unreadable
from homebooru.files.sidecars import XMP, is_sidecar_name, kind_of, sidecars_of
from homebooru.files.trash import exchange, folder_below, rename_alone
from homebooru.files.xmp.editing import BLANK_PACKET, edit_xmp
from homebooru.phrases import phrase
from homebooru.ports import SidecarKeeper

MAX_BYTES = 4 * 1024 * 1024
AT_ONCE = 8
"""Files that are written side by side: a disk makes many fast in the time of one."""
NEW = 0o666  # less what the umask takes
CHANGED = phrase("Somebody else wrote to it at the same moment.")
FOR_GOOD = {
    errno.EROFS: phrase("The disk can only be read from."),
    errno.ENAMETOOLONG: phrase("Its name is too long."),
    errno.ELOOP: phrase("A link leads there, and links are not followed."),
}
FOR_NOW = {
    errno.EACCES: phrase("HomeBooru has no permission to write there."),
    errno.EPERM: phrase("HomeBooru has no permission to write there."),
    errno.ENOSPC: phrase("The disk is full."),
    errno.EDQUOT: phrase("The disk is full."),
    errno.ENOENT: phrase("The folder is not there."),
    errno.ENOTDIR: phrase("The folder is not there."),
}


class DiskSidecars(SidecarKeeper):
    """Sidecars are `a.jpg.xmp`, or an `a.xmp` that is there already and speaks of one picture."""

    def plan(
        self, root: bytes, wishes: Mapping[bytes, tuple[Wish, Collection[Kept]]]
    ) -> Mapping[bytes, Plan | NotWritten]:
        plans: dict[bytes, Plan | NotWritten] = {}
        for folder, pictures in _by_folder(wishes).items():
            try:
                with _told(), folder_below(root, folder) as (here, _):
                    beside = _Beside.of(os.fsencode(name) for name in os.listdir(here))
                    for picture in pictures:
                        plans[picture] = _tried(here, beside, picture, *wishes[picture])
            except NotWritten as error:
                plans |= {picture: error for picture in pictures if picture not in plans}
        return plans

    def plan_undo(self, root: bytes, kept: Kept) -> Plan:
        folder, name = _split(kept.path)
        with _told(), folder_below(root, folder) as (here, _):
            held = _held(here, name)
            now = None if held is None else held.data
            return Plan(path=kept.path, now=now, then=_without_ours(now, kept))

    def write(self, root: bytes, plans: Collection[Plan]) -> Mapping[bytes, NotWritten]:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sidecars") as pool:
            ends = pool.map(partial(_carried_out, root), plans)
            failed = {plan.path: end for plan, end in zip(plans, ends, strict=True) if end}
        written = (one.path for one in plans if one.changes and one.path not in failed)
        for folder in sorted({_split(path)[0] for path in written}):
            with suppress(OSError), folder_below(root, folder) as (here, _):
                os.fsync(here)
        return failed


@dataclass(frozen=True, slots=True)
class _Beside:
    """What lies in a folder: its sidecars, and the names of pictures by what stands before the dot."""

    sidecars: frozenset[bytes]
    pictures: Mapping[bytes, frozenset[bytes]]

    @classmethod
    def of(cls, names: Iterable[bytes]) -> _Beside:
        sidecars: set[bytes] = set()
        pictures: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for name in names:
            if is_sidecar_name(name):
                sidecars.add(name)
            if is_picture_name(name):
                pictures[_stem(name)].add(name)
        return cls(frozenset(sidecars), {stem: frozenset(some) for stem, some in pictures.items()})


@dataclass(frozen=True, slots=True)
class _Held:
    """A file as it was read."""

    data: bytes
    status: os.stat_result


def _plan(here: int, beside: _Beside, picture: bytes, wish: Wish, kept: Collection[Kept]) -> Plan:
    folder, name = _split(picture)
    own, shared = _choose(name, beside)
    path = folder + b"/" + own if folder else own
    last = next((one.owned for one in kept if one.path == path), NOTHING)
    held = _held(here, own)
    now = None if held is None else held.data
    start = _held(here, shared) if held is None and shared else held
    try:
        then, owned = edit_xmp(start.data if start else b"", wish, last)
        before = now if now is None else edit_xmp(now, Wish(), last)[0]
    except Unreadable as error:
        raise NotWritten(str(error), permanent=True) from error
    is_idle = then == BLANK_PACKET or (held is None and not owned)
    return Plan(
        path=path,
        now=now,
        then=None if is_idle else then,
        owned=owned,
        before=before,
    )


def _choose(picture: bytes, beside: _Beside) -> tuple[bytes, bytes | None]:
    """Return the name of a picture's sidecar, and that of one it shares, to begin with its words."""
    found = next(
        (one for one in sidecars_of(picture, beside.sidecars) if kind_of(one) == XMP), None
    )
    if found is None:
        return picture + XMP, None
    if found.startswith(picture):
        return found, None
    twins = beside.pictures.get(_stem(picture), frozenset()) - {picture}
    return (picture + XMP, found) if twins else (found, None)


def _stem(name: bytes) -> bytes:
    return name.rpartition(b".")[0]


def _carried_out(root: bytes, plan: Plan) -> NotWritten | None:
    """Carry out a plan; return why it could not be."""
    folder, name = _split(plan.path)
    try:
        with _told(), folder_below(root, folder) as (here, _):
            _carry_out(here, name, plan)
    except NotWritten as error:
        return error
    return None


def _carry_out(here: int, name: bytes, plan: Plan) -> None:
    aside = b".%b.homebooru.tmp" % name
    with suppress(FileNotFoundError):
        os.unlink(aside, dir_fd=here)
    held = _held(here, name)
    if plan.now != (None if held is None else held.data):
        raise NotWritten(CHANGED)
    if not plan.changes:
        return
    if held is not None:
        _check(held.status)
    if plan.then is None:
        _remove(here, name, aside, held)
    else:
        _put(here, name, aside, plan.then, held)


def _without_ours(now: bytes | None, kept: Kept) -> bytes | None:
    """Return what is left without us: to the byte what was there, where nobody else wrote since."""
    if now is None:
        return None
    if kept.digest == sha256(now).digest():
        return kept.before
    try:
        then, _ = edit_xmp(now, Wish(), kept.owned)
    except Unreadable as error:
        raise NotWritten(str(error), permanent=True) from error
    return None if kept.before is None and then == BLANK_PACKET else then


def _held(here: int, name: bytes) -> _Held | None:
    """Read a file; None where there is none. Only a regular one of a fair size is touched."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(name, flags, dir_fd=here)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotWritten(phrase("It is no regular file."), permanent=True)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise NotWritten(
            phrase("It is larger than {most} MB.", most=MAX_BYTES >> 20), permanent=True
        )
    return _Held(data, status)


def _check(status: os.stat_result) -> None:
    """Refuse what its owner protected: a new file in its place would get around that."""
    if not status.st_mode & 0o222:
        raise NotWritten(phrase("It is protected against writing."), permanent=True)
    if status.st_nlink > 1:
        raise NotWritten(phrase("It has several names, which would part."), permanent=True)


def _put(here: int, name: bytes, aside: bytes, data: bytes, held: _Held | None) -> None:
    """Write a file aside, and let it take the place of what was read."""
    try:
        _write(here, aside, data, held)
        if held is None:
            rename_alone(here, aside, here, name)
        elif exchange(here, name, aside):
            if not _is(here, aside, held.status):
                exchange(here, name, aside)
                raise NotWritten(CHANGED)
            os.unlink(aside, dir_fd=here)
        else:
            if not _is(here, name, held.status):
                raise NotWritten(CHANGED)
            os.replace(aside, name, src_dir_fd=here, dst_dir_fd=here)
    except FileExistsError as error:
        raise NotWritten(CHANGED) from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(aside, dir_fd=here)


def _write(here: int, name: bytes, data: bytes, held: _Held | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(name, flags, NEW if held is None else 0o600, dir_fd=here)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if held is not None:
            _keep_rights(descriptor, held.status)
        os.fsync(descriptor)


def _keep_rights(descriptor: int, status: os.stat_result) -> None:
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) != (status.st_uid, status.st_gid):
        try:
            os.chown(descriptor, status.st_uid, status.st_gid)
        except OSError as error:
            raise NotWritten(
                phrase("It belongs to somebody else, and HomeBooru cannot keep it so."),
                permanent=True,
            ) from error
    os.chmod(descriptor, stat.S_IMODE(status.st_mode))


def _remove(here: int, name: bytes, aside: bytes, held: _Held | None) -> None:
    """Remove a file that we made, unless it is another by now."""
    rename_alone(here, name, here, aside)
    if held is None or not _is(here, aside, held.status):
        rename_alone(here, aside, here, name)
        raise NotWritten(CHANGED)
    os.unlink(aside, dir_fd=here)


def _is(here: int, name: bytes, status: os.stat_result) -> bool:
    """Tell whether a name is that of the file that was read, as it was then."""
    now = os.stat(name, dir_fd=here, follow_symlinks=False)
    return (now.st_ino, now.st_size, now.st_mtime_ns) == (
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
    )


def _tried(
    here: int, beside: _Beside, picture: bytes, wish: Wish, kept: Collection[Kept]
) -> Plan | NotWritten:
    try:
        with _told():
            return _plan(here, beside, picture, wish, kept)
    except NotWritten as error:
        return error


def _by_folder(pictures: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    folders: dict[bytes, list[bytes]] = {}
    for picture in pictures:
        folders.setdefault(_split(picture)[0], []).append(picture)
    return folders


def _split(path: bytes) -> tuple[bytes, bytes]:
    folder, _, name = path.rpartition(b"/")
    return folder, name


@contextmanager
def _told() -> Iterator[None]:
    """Say in words what the system says of writing."""
    try:
        yield
    except OSError as error:
        if error.errno in FOR_GOOD:
            raise NotWritten(FOR_GOOD[error.errno], permanent=True) from error
        reason = phrase("The disk could not do it: {reason}.", reason=error.strerror or error)
        raise NotWritten(FOR_NOW.get(error.errno or 0, reason)) from error
