"""Browsers that are logged in: they hold a random token, the database its hash."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions
from homebooru.db.queries import accounts as queries
from homebooru.db.tables import AccountRow, WebSessionRow
from homebooru.domain.accounts import Actor, SessionView
from homebooru.errors import NotFound
from homebooru.phrases import phrase
from homebooru.services.accounts.accounts import view

IDLE = timedelta(days=30)
LONGEST = timedelta(days=180)
TOUCHED_EVERY = timedelta(minutes=5)
AGENT_LENGTH = 200


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def open_session(
    session: Session, account: AccountRow, *, user_agent: str | None, replacing: str | None
) -> str:
    """Start a session and return its token; the one it replaces ends."""
    if replacing:
        queries.drop_session(session, token_hash(replacing))
    queries.drop_expired_sessions(session)
    token = secrets.token_urlsafe(32)
    session.add(
        WebSessionRow(
            token_hash=token_hash(token),
            account_id=account.id,
            user_agent=user_agent[:AGENT_LENGTH] if user_agent else None,
            expires_at=sa.func.now() + IDLE,
        )
    )
    return token


def actor_of(session: Session, token: str) -> Actor | None:
    """Return who holds this token, if it still counts."""
    found = queries.find_session(session, token_hash(token))
    if found is None:
        return None
    queries.touch_session(
        session, token_hash(token), idle=IDLE, longest=LONGEST, every=TOUCHED_EVERY
    )
    account = view(found[1])
    return Actor(account=account, right=account.right, session_token=token)


def list_sessions(
    sessions: Sessions, account_id: int, current: str | None
) -> tuple[SessionView, ...]:
    """Return where an account is logged in, the latest use first."""
    mine = token_hash(current) if current else b""
    with sessions.begin() as session:
        return tuple(
            SessionView(
                id=row.token_hash.hex(),
                user_agent=row.user_agent,
                created_at=row.created_at,
                seen_at=row.seen_at,
                expires_at=row.expires_at,
                is_current=row.token_hash == mine,
            )
            for row in queries.sessions_of(session, account_id)
        )


def close_session(sessions: Sessions, token: str) -> None:
    with sessions.begin() as session:
        queries.drop_session(session, token_hash(token))


def revoke_session(sessions: Sessions, account_id: int, session_id: str) -> None:
    """End one of an account's sessions. Raises NotFound for anybody else's."""
    with sessions.begin() as session:
        for row in queries.sessions_of(session, account_id):
            if row.token_hash.hex() == session_id:
                queries.drop_session(session, row.token_hash)
                return
    raise NotFound(phrase("There is no such session; it may have ended already."))
