"""For whom the household's Immich is asked: keys checked, kept, and let go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.tables import ImmichUserRow, MirrorRow
from homebooru.domain.immich.access import FOLLOWING, READING, WRITING, missing
from homebooru.domain.immich.assets import Visibility
from homebooru.errors import (
    Conflict,
    NotFound,
    RemoteError,
    RemoteRefused,
)
from homebooru.phrases import phrase
from homebooru.services.immich.checking import Checked
from homebooru.services.lookups.keys import KeyRing

ADDRESS = "immich_url"
SEALED_FOR = "immich"
USUAL = (Visibility.TIMELINE, Visibility.ARCHIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmichUserState:
    """A user for whom Immich is asked, as pages tell of them."""

    owner_id: UUID
    name: str
    is_admin: bool
    is_fixed: bool
    version: str
    lacks: Mapping[str, str]
    cannot_write: Mapping[str, str]
    cannot_follow: Mapping[str, str]
    libraries: Mapping[str, Any]
    visibilities: tuple[str, ...]
    number: int
    takes_trash: bool
    checked_at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A key that can be used, and whose it is; nobody is to see it."""

    owner_id: UUID
    key: str = field(repr=False)


def address(sessions: Sessions, given: str | None) -> str | None:
    """Return where Immich is: what the settings say, or what was entered."""
    if given is not None:
        return given
    with sessions() as session:
        told = setting(session, ADDRESS)
    return told if isinstance(told, str) else None


def keep_address(sessions: Sessions, url: str | None) -> None:
    """Keep where Immich is. Users of another server are let go before: raises Conflict."""
    with sessions.begin() as session:
        if setting(session, ADDRESS) == url:
            return
        if session.scalar(sa.select(sa.func.count()).select_from(ImmichUserRow)):
            raise Conflict(phrase("Let go of the users of the other Immich first."))
        keep_setting(session, ADDRESS, url)


def keep_user(sessions: Sessions, checked: Checked, key: str, *, ring: KeyRing | None) -> UUID:
    """Keep a user whose key was checked; sealed with `ring`, None where the settings have it."""
    owner_id = checked.account.user_id
    told = {
        "name": checked.account.name,
        "is_admin": checked.account.is_admin,
        "sealed_key": ring.seal(_purpose(owner_id), key) if ring else None,
        "key_digest": digest_of(key),
        "permissions": sorted(checked.granted),
        "version": str(checked.version),
        "libraries": {one.name: list(one.folders) for one in checked.libraries},
        "checked_at": sa.func.now(),
        "reason": None,
    }
    with sessions.begin() as session:
        session.execute(
            insert(ImmichUserRow)
            .values(owner_id=owner_id, **told)
            .on_conflict_do_update(index_elements=["owner_id"], set_=told)
        )
        session.execute(
            insert(MirrorRow)
            .values(owner_id=owner_id, visibilities=[one.value for one in USUAL])
            .on_conflict_do_nothing()
        )
    return owner_id


def forget_user(sessions: Sessions, owner_id: UUID) -> None:
    """Let go of a user's key; what was mirrored stays. Raises NotFound."""
    with sessions.begin() as session:
        session.delete(_row(session, owner_id))


def note_failure(sessions: Sessions, owner_id: UUID, error: RemoteError | None) -> None:
    """Keep what is wrong with a user's key, None where nothing is any more."""
    with sessions.begin() as session:
        row = session.get(ImmichUserRow, owner_id)
        if row is not None:
            row.reason = None if error is None else str(error)


def check_again(
    sessions: Sessions,
    ring: KeyRing,
    given: str | None,
    owner_id: UUID,
    ask: Callable[[str], Checked],
) -> None:
    """Ask anew what a user's key may do. Raises NotFound, and RemoteError as `ask` does."""
    with sessions() as session:
        row = _row(session, owner_id)
        sealed, key = row.sealed_key is not None, _key_of(row, ring, given)
    if key is None:
        raise RemoteRefused(phrase("The API key cannot be read any more. Enter it again."))
    checked = ask(key)
    if checked.account.user_id != owner_id:
        raise RemoteRefused(
            phrase("The API key belongs to another user of Immich now. Enter it again.")
        )
    keep_user(sessions, checked, key, ring=ring if sealed else None)


def users(sessions: Sessions) -> list[ImmichUserState]:
    """Return for whom Immich is asked."""
    with sessions() as session:
        rows = session.execute(
            sa.select(ImmichUserRow, MirrorRow)
            .join(MirrorRow, MirrorRow.owner_id == ImmichUserRow.owner_id)
            .order_by(ImmichUserRow.name, ImmichUserRow.owner_id)
        ).all()
        return [_told(row, mirror) for row, mirror in rows]


def _told(row: ImmichUserRow, mirror: MirrorRow) -> ImmichUserState:
    granted = frozenset(row.permissions)
    return ImmichUserState(
        owner_id=row.owner_id,
        name=row.name,
        is_admin=row.is_admin,
        is_fixed=row.sealed_key is None,
        version=row.version,
        lacks=missing(READING, granted),
        cannot_write=missing(WRITING, granted),
        cannot_follow=missing(FOLLOWING, granted),
        libraries=row.libraries,
        visibilities=tuple(mirror.visibilities),
        number=mirror.number,
        takes_trash=mirror.takes_trash,
        checked_at=row.checked_at,
        reason=row.reason,
    )


def opened(
    sessions: Sessions,
    ring: KeyRing,
    given: str | None,
    ask: Callable[[str], Checked],
) -> list[Opened]:
    """Return the keys that can be used; one in the settings is checked where it is new.

    `ask` checks a key. Raises RemoteError where that cannot be done.
    """
    if given is not None:
        _meet(sessions, given, ask)
    with sessions() as session:
        rows = session.scalars(sa.select(ImmichUserRow).order_by(ImmichUserRow.owner_id)).all()
    found = [(row.owner_id, _key_of(row, ring, given)) for row in rows]
    return [Opened(owner_id, key) for owner_id, key in found if key is not None]


def unopened(sessions: Sessions, ring: KeyRing) -> list[str]:
    """Return the names of users whose keys another installation sealed."""
    with sessions() as session:
        rows = session.scalars(
            sa.select(ImmichUserRow)
            .where(ImmichUserRow.sealed_key.is_not(None))
            .order_by(ImmichUserRow.name)
        ).all()
    return [row.name for row in rows if _key_of(row, ring, None) is None]


def _meet(sessions: Sessions, key: str, ask: Callable[[str], Checked]) -> None:
    """Get to know whose key is in the settings, and forget whose was before."""
    with sessions() as session:
        digests = session.scalars(
            sa.select(ImmichUserRow.key_digest).where(ImmichUserRow.sealed_key.is_(None))
        ).all()
    if digest_of(key) in digests:
        return
    owner_id = keep_user(sessions, ask(key), key, ring=None)
    with sessions.begin() as session:
        session.execute(
            sa.delete(ImmichUserRow).where(
                ImmichUserRow.sealed_key.is_(None), ImmichUserRow.owner_id != owner_id
            )
        )


def _key_of(row: ImmichUserRow, ring: KeyRing, given: str | None) -> str | None:
    if row.sealed_key is not None:
        return ring.open(_purpose(row.owner_id), row.sealed_key)
    return given if given is not None and digest_of(given) == row.key_digest else None


def _row(session: Session, owner_id: UUID) -> ImmichUserRow:
    row = session.get(ImmichUserRow, owner_id, with_for_update=True)
    if row is None:
        raise NotFound(phrase("Immich is not asked for such a user."))
    return row


def _purpose(owner_id: UUID) -> str:
    return f"{SEALED_FOR}:{owner_id}"


def digest_of(key: str) -> bytes:
    """Return what tells a key from others, and does not tell it."""
    return sha256(key.encode()).digest()
