"""Keys for programs: shown once, kept as a hash, bounded by a right and by their account."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import accounts as queries
from homebooru.db.tables import AccountRow, ApiKeyRow
from homebooru.domain.accounts import Actor, KeyView, Right, account_name
from homebooru.errors import NotAllowed, NotFound
from homebooru.phrases import phrase
from homebooru.services.accounts.accounts import view

MARK = "hb_"
SHOWN = len(MARK) + 8
TOUCHED_EVERY = timedelta(minutes=1)


def add_key(sessions: Sessions, account_id: int, name: str, right: Right) -> str:
    """Make a key and return it; it cannot be read again. Raises NotAllowed above the account."""
    name = account_name(name)
    key = MARK + secrets.token_urlsafe(32)
    with sessions.begin() as session:
        row = queries.find(session, account_id)
        if row is None:
            raise NotFound(phrase("There is no such account."))
        if right.rank > view(row).right.rank:
            raise NotAllowed(
                phrase(
                    "{label} is no admin, so neither can a key of theirs be.", label=view(row).label
                )
            )
        session.add(
            ApiKeyRow(
                account_id=account_id,
                name=name,
                prefix=key[:SHOWN],
                key_hash=_hash(key),
                scopes=[right.value],
            )
        )
    return key


def actor_of(session: Session, key: str) -> Actor | None:
    """Return who may use this key, with the lesser of its right and the account's."""
    found = queries.find_key(session, _hash(key))
    if found is None:
        return None
    row, account = found[0], view(found[1])
    queries.touch_key(session, row.id, every=TOUCHED_EVERY)
    right = min(_right(row), account.right, key=lambda each: each.rank)
    return Actor(account=account, right=right, key_id=row.id)


def list_keys(sessions: Sessions, account_id: int | None = None) -> tuple[KeyView, ...]:
    """Return the keys of an account, or everybody's, newest first."""
    with sessions.begin() as session:
        return tuple(_view(*found) for found in queries.all_keys(session, account_id))


def revoke_key(sessions: Sessions, key_id: int, account_id: int | None = None) -> None:
    """Revoke a key, of this account only where one is named."""
    with sessions.begin() as session:
        if not queries.revoke_key(session, key_id, account_id):
            raise NotFound(phrase("There is no such key; it may be revoked already."))


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()


def _right(row: ApiKeyRow) -> Right:
    return max((Right(scope) for scope in row.scopes), key=lambda right: right.rank)


def _view(row: ApiKeyRow, account: AccountRow) -> KeyView:
    return KeyView(
        id=row.id,
        account=view(account).label,
        name=row.name,
        prefix=row.prefix,
        right=_right(row),
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
