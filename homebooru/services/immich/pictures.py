"""Fetches thumbnails of posts that only Immich has, and reads originals whose digests are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import posts
from homebooru.db.queries.immich import pictures
from homebooru.db.queries.immich.pictures import Wanted
from homebooru.db.queue import Work, wake
from homebooru.db.retrying import in_transaction
from homebooru.domain.immich.changes import ThumbnailSize
from homebooru.domain.media import Digests, Facts
from homebooru.errors import RemoteError, Unreadable
from homebooru.ports import Progress
from homebooru.ports.immich import ImmichUser
from homebooru.services.library.settling import settle

BATCH = 16
AGAIN, LONGEST = timedelta(minutes=5), timedelta(days=1)
Keep = Callable[[bytes], tuple[bytes, Facts]]
"""Keeps thumbnails of a picture; returns under which key, and its facts. Raises Unreadable."""
Users = Mapping[UUID, ImmichUser]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one post: what it looks like, its digests, or why neither is there."""

    wanted: Wanted
    shown: tuple[bytes, Facts] | None = None
    digests: Digests | None = None
    reason: str | None = None


def fetch_due(
    sessions: Sessions,
    opened: Callable[[], AbstractContextManager[Users]],
    keep: Keep,
    progress: Progress,
    *,
    worker_id: int | None = None,
) -> int:
    """Fetch what waits; return of how many posts something came."""
    done = 0
    with opened() as users:
        while progress.goes_on():
            taken = in_transaction(
                sessions, partial(pictures.take, limit=BATCH, worker_id=worker_id)
            )
            if not taken:
                break
            fetched = _fetch(users, keep, taken)
            in_transaction(sessions, partial(_note, fetched=fetched))
            for one in fetched:
                done += one.reason is None
                if one.reason is not None:
                    progress.report_error(f"post {one.wanted.post_id}", one.reason)
            progress.advance(len(fetched))
    return done


def read_permitted(session: Session) -> None:
    """Let the originals be read of what others may be asked about by now: they ask for digests."""
    unread = pictures.unread(session)
    pictures.want_bytes(session, unread)
    if unread:
        wake(session, Work.PICTURES)


def _fetch(users: Users, keep: Keep, taken: Sequence[Wanted]) -> list[Fetched]:
    return [
        _fetch_one(users[one.owner_id], keep, one)
        if one.owner_id in users
        else Fetched(one, reason=pictures.NOBODY)
        for one in taken
    ]


def _fetch_one(user: ImmichUser, keep: Keep, wanted: Wanted) -> Fetched:
    try:
        if wanted.bytes_wanted:
            return Fetched(wanted, digests=_read(user, wanted.asset_id))
        shown = user.thumbnail(wanted.asset_id, ThumbnailSize.LARGE)
        if shown is None:
            return Fetched(wanted, reason=pictures.NOT_YET)
        return Fetched(wanted, shown=keep(shown))
    except (RemoteError, Unreadable) as error:
        return Fetched(wanted, reason=str(error))


def _read(user: ImmichUser, asset_id: UUID) -> Digests:
    """Hash an original as it comes; nothing of it is kept."""
    sha256, sha1 = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    md5, size = hashlib.md5(usedforsecurity=False), 0
    with user.original(asset_id) as pieces:
        for piece in pieces:
            size += len(piece)
            for digest in (sha256, sha1, md5):
                digest.update(piece)
    return Digests(sha256.digest(), md5.digest(), sha1.digest(), size)


def _note(session: Session, fetched: Sequence[Fetched]) -> None:
    posts.lock_intake(session)
    shown = {one.wanted.post_id: one.shown for one in fetched if one.shown is not None}
    pictures.keep_shown(session, shown)
    read = {one.wanted.post_id: one.digests for one in fetched if one.digests is not None}
    known = posts.find_by_digests(session, {one.sha256 for one in read.values()})
    for post_id, digests in read.items():
        pictures.keep_digests(session, post_id, digests, is_known=digests.sha256 in known)
    for one in fetched:
        if one.reason is None:
            pictures.finish(session, one.wanted)
        else:
            delay = min(LONGEST, AGAIN * (1 << min(one.wanted.attempts, 12)))
            pictures.try_later(session, one.wanted, one.reason, delay)
    session.flush()
    settle(session, [*read, *(known[one.sha256] for one in read.values() if one.sha256 in known)])
