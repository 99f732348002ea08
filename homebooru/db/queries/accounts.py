"""Reading and writing accounts, their sessions, their keys and failed logins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.tables import (
    AccountRow,
    ApiKeyRow,
    LoginFailureRow,
    PostVerdictRow,
    VerdictRow,
    WebSessionRow,
)
from homebooru.domain.accounts import OWNER_ID

ACCOUNTS_LOCK = 7283011  # serialises what depends on which accounts there are
ATTEMPTS_LOCK = 7283012


def lock(session: Session) -> None:
    """Let nobody else add, remove or demote accounts until this transaction ends."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(ACCOUNTS_LOCK)))


def all_accounts(session: Session) -> Sequence[AccountRow]:
    return session.scalars(sa.select(AccountRow).order_by(AccountRow.id)).all()


def find(session: Session, account_id: int) -> AccountRow | None:
    return session.get(AccountRow, account_id)


def find_by_name(session: Session, name: str) -> AccountRow | None:
    if not name.isprintable():
        return None  # the database takes no such text, so nobody is called that
    return session.scalars(
        sa.select(AccountRow).where(sa.func.lower(AccountRow.name) == sa.func.lower(name))
    ).one_or_none()


PASSWORD_EXISTS = sa.select(sa.exists().where(AccountRow.password_hash.is_not(None)))


def password_exists(session: Session) -> bool:
    """Tell whether any account has a password, so that logging in is asked for."""
    return session.scalars(PASSWORD_EXISTS).one()


OWNER = (
    sa.select(PASSWORD_EXISTS.scalar_subquery(), AccountRow)
    .select_from(sa.select(sa.true()).subquery())
    .outerjoin(AccountRow, AccountRow.id == OWNER_ID)
)


def password_exists_or_owner(session: Session) -> tuple[bool, AccountRow | None]:
    """Tell the same, with the owner's account, which every page asks for where nobody has one."""
    locked, owner = session.execute(OWNER).one()
    return locked, owner


def admins_with_password(session: Session) -> Sequence[int]:
    return session.scalars(
        sa.select(AccountRow.id).where(AccountRow.is_admin, AccountRow.password_hash.is_not(None))
    ).all()


def remove(session: Session, account_id: int) -> None:
    """Remove an account. What it said about posts stays, without its name."""
    for table in (VerdictRow, PostVerdictRow):
        session.execute(
            sa.update(table).where(table.account_id == account_id).values(account_id=None)
        )
    session.execute(sa.delete(AccountRow).where(AccountRow.id == account_id))


def find_session(session: Session, token_hash: bytes) -> sa.Row[WebSessionRow, AccountRow] | None:
    """Return a session that still holds, with its account."""
    return session.execute(
        sa.select(WebSessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == WebSessionRow.account_id)
        .where(
            WebSessionRow.token_hash == token_hash,
            WebSessionRow.expires_at > sa.func.now(),
            AccountRow.password_hash.is_not(None),
        )
    ).one_or_none()


def touch_session(
    session: Session, token_hash: bytes, *, idle: timedelta, longest: timedelta, every: timedelta
) -> None:
    """Note that a session was used, no more often than `every`, and put off its end."""
    session.execute(
        sa.update(WebSessionRow)
        .where(
            WebSessionRow.token_hash == token_hash,
            WebSessionRow.seen_at < sa.func.now() - every,
        )
        .values(
            seen_at=sa.func.now(),
            expires_at=sa.func.least(sa.func.now() + idle, WebSessionRow.created_at + longest),
        )
    )


def sessions_of(session: Session, account_id: int) -> Sequence[WebSessionRow]:
    return session.scalars(
        sa.select(WebSessionRow)
        .where(WebSessionRow.account_id == account_id, WebSessionRow.expires_at > sa.func.now())
        .order_by(WebSessionRow.seen_at.desc(), WebSessionRow.token_hash)
    ).all()


def drop_session(session: Session, token_hash: bytes) -> None:
    session.execute(sa.delete(WebSessionRow).where(WebSessionRow.token_hash == token_hash))


def drop_sessions(session: Session, account_id: int, *, but: bytes | None = None) -> None:
    """End every session of an account, except the one whose hash is `but`."""
    ended = sa.delete(WebSessionRow).where(WebSessionRow.account_id == account_id)
    session.execute(ended if but is None else ended.where(WebSessionRow.token_hash != but))


def drop_expired_sessions(session: Session) -> None:
    session.execute(sa.delete(WebSessionRow).where(WebSessionRow.expires_at <= sa.func.now()))


def find_key(session: Session, key_hash: bytes) -> sa.Row[ApiKeyRow, AccountRow] | None:
    """Return a key that still holds, with its account."""
    return session.execute(
        sa.select(ApiKeyRow, AccountRow)
        .join(AccountRow, AccountRow.id == ApiKeyRow.account_id)
        .where(ApiKeyRow.key_hash == key_hash, ApiKeyRow.revoked_at.is_(None))
    ).one_or_none()


def touch_key(session: Session, key_id: int, *, every: timedelta) -> None:
    """Note that a key was used, no more often than `every`."""
    session.execute(
        sa.update(ApiKeyRow)
        .where(
            ApiKeyRow.id == key_id,
            sa.or_(ApiKeyRow.used_at.is_(None), ApiKeyRow.used_at < sa.func.now() - every),
        )
        .values(used_at=sa.func.now())
    )


def all_keys(
    session: Session, account_id: int | None = None
) -> Sequence[sa.Row[ApiKeyRow, AccountRow]]:
    """Return the keys of one account, or of all, newest first."""
    keys = sa.select(ApiKeyRow, AccountRow).join(AccountRow, AccountRow.id == ApiKeyRow.account_id)
    if account_id is not None:
        keys = keys.where(ApiKeyRow.account_id == account_id)
    return session.execute(keys.order_by(ApiKeyRow.id.desc())).all()


def revoke_key(session: Session, key_id: int, account_id: int | None) -> bool:
    """Revoke a key, of this account only where one is named; tell whether there was one."""
    revoked = (
        sa.update(ApiKeyRow)
        .where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=sa.func.now())
        .returning(ApiKeyRow.id)
    )
    if account_id is not None:
        revoked = revoked.where(ApiKeyRow.account_id == account_id)
    return session.scalars(revoked).first() is not None


def revoke_keys(session: Session, account_id: int) -> None:
    session.execute(
        sa.update(ApiKeyRow)
        .where(ApiKeyRow.account_id == account_id, ApiKeyRow.revoked_at.is_(None))
        .values(revoked_at=sa.func.now())
    )


def lock_attempts(session: Session) -> None:
    """Count one attempt to log in after the other, so that none slips past the limits."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(ATTEMPTS_LOCK)))


def blocking_attempt(
    session: Session, window: timedelta, most: int, *, name: str | None, address: str | None
) -> float | None:
    """Return for how many seconds `most` failures within `window` still block, or None.

    Counted are those to `name` from `address`; None stands for any.
    """
    ages = (
        sa.select(sa.func.extract("epoch", sa.func.now() - LoginFailureRow.failed_at))
        .where(LoginFailureRow.failed_at > sa.func.now() - window)
        .order_by(LoginFailureRow.failed_at.desc())
        .offset(most - 1)
        .limit(1)
    )
    if name is not None:
        ages = ages.where(LoginFailureRow.name == name)
    if address is not None:
        ages = ages.where(LoginFailureRow.address == address)
    age = session.scalars(ages).one_or_none()
    return None if age is None else window.total_seconds() - float(age)


def keep_attempt(session: Session, name: str, address: str) -> None:
    """Count an attempt to log in as failed; `forgive` takes it back when it succeeds."""
    session.add(LoginFailureRow(name=name, address=address))


def forgive(session: Session, name: str, address: str) -> None:
    """Forget the failed logins to a name from an address, once one succeeded."""
    session.execute(
        sa.delete(LoginFailureRow).where(
            LoginFailureRow.name == name, LoginFailureRow.address == address
        )
    )


def drop_old_attempts(session: Session, window: timedelta) -> None:
    session.execute(
        sa.delete(LoginFailureRow).where(LoginFailureRow.failed_at <= sa.func.now() - window)
    )
