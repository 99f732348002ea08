"""Handing out pictures: the thumbnail or the original of a post that the asker may see."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import BinaryIO

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries import media as queries
from homebooru.db.queries.scope import visible
from homebooru.db.tables import PostRow
from homebooru.domain.media import Stamp
from homebooru.domain.scope import Scope
from homebooru.errors import FileGone, NotFound
from homebooru.phrases import phrase

NOBODY_HAS_IT = phrase("There is no such picture, or you may not see it.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file should lie, and how it looked when it was last read."""

    root: bytes
    path: bytes
    name: str
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Original:
    """An open original; whoever gets it closes `file`. `path` is where it lies."""

    file: BinaryIO
    path: bytes
    name: str
    mime: str | None
    sha256: bytes
    size: int
    mtime: float


def thumbnail_digest(sessions: Sessions, post_id: int, scope: Scope) -> bytes:
    """Return the digest under which the thumbnails of a post are kept. Raises NotFound."""
    return _digest_of(sessions, PostRow.id == post_id, scope)


def check_thumbnail(sessions: Sessions, sha256: bytes, scope: Scope) -> None:
    """Raise NotFound unless there is a post of this digest that may be seen."""
    _digest_of(sessions, sa.or_(PostRow.sha256 == sha256, PostRow.picture_key == sha256), scope)


def open_original(sessions: Sessions, post_id: int, scope: Scope) -> Original:
    """Open the file of a post, from the first place where it still is what was read.

    Raises NotFound for a post that may not be seen, FileGone where its file is not there or has
    changed since.
    """
    with sessions.begin() as session:
        post = queries.visible_post(session, visible(scope), PostRow.id == post_id)
        if post is None or post.sha256 is None:
            raise NotFound(NOBODY_HAS_IT)
        places = [
            Place(root.path, location.path, location.name, Stamp(location.size, location.mtime_ns))
            for location, root in queries.present_locations(session, post_id, scope.roots)
            if location.sha256 in {post.sha256, None}
        ]
        mime, sha256 = post.mime, post.sha256

    for place in places:
        file = _open_unchanged(place)
        if file is not None:
            mtime = place.stamp.mtime_ns / 1_000_000_000
            path = os.path.join(os.path.realpath(place.root), place.path)  # noqa: PTH118 (bytes)
            return Original(file, path, place.name, mime, sha256, place.stamp.size, mtime)
    raise FileGone(
        phrase(
            "The file of post {post_id} is missing or has changed since it was last read. If "
            "its folder is on a drive, connect that; the next scan finds out the rest.",
            post_id=post_id,
        )
    )


def _digest_of(sessions: Sessions, wanted: sa.ColumnElement[bool], scope: Scope) -> bytes:
    with sessions.begin() as session:
        post = queries.visible_post(session, visible(scope), wanted)
        key = None if post is None else post.picture_key or post.sha256
        if key is None:
            raise NotFound(NOBODY_HAS_IT)
        return key


def _open_unchanged(place: Place) -> BinaryIO | None:
    """Open a file if it still has the stamp it had; never through a link below the root."""
    try:
        handle = _open_below(place.root, place.path)
    except OSError:
        return None
    found = os.fstat(handle)
    if stat.S_ISREG(found.st_mode) and Stamp.of(found) == place.stamp:
        return os.fdopen(handle, "rb")
    os.close(handle)
    return None


def _open_below(root: bytes, path: bytes) -> int:
    """Open a file step by step, so that no link and no `..` leads out of its root."""
    parts = path.split(b"/")
    if not path or any(part in {b"", b".", b".."} for part in parts):
        raise FileNotFoundError(path)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            inner = os.open(
                part,
                os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                dir_fd=folder,
            )
            os.close(folder)
            folder = inner
        # Without waiting: a pipe that took the file's place must not hold us up.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        return os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)
