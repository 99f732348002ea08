"""Logging in, and knowing who asks; guessing passwords is made slow."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, single_statements
from homebooru.db.queries import accounts as queries
from homebooru.db.tables import AccountRow
from homebooru.domain.accounts import NAME_LENGTH, Actor, Right, network_of
from homebooru.errors import TooManyAttempts
from homebooru.phrases import phrase
from homebooru.services.accounts import keys, passwords
from homebooru.services.accounts import sessions as web_sessions
from homebooru.services.accounts.accounts import view

NO_KEY = 0  # stands for the id of a key where a secret of the settings did as well
WINDOW = timedelta(minutes=15)
MOST_FOR_BOTH = 5  # to one name from one network: somebody forgot, or guesses
MOST_FROM_NETWORK = 20  # to any name: somebody tries many
MOST_TO_NAME = 50  # from anywhere: many machines try one; high, or a stranger could lock people out


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks; `locked` says that logging in is asked for, since somebody has a password."""

    locked: bool
    actor: Actor | None


def know_visitor(
    sessions: Sessions, *, is_local: bool, token: str | None, key: str | None
) -> Visitor:
    """Find out who asks. A key that is given must hold; nothing else is tried then."""
    with single_statements(sessions) as session:
        locked, owner = queries.password_exists_or_owner(session)
        if not locked and not is_local:
            return Visitor(locked, None)
        if key is not None:
            return Visitor(locked, keys.actor_of(session, key))
        if not locked:
            return Visitor(locked, None if owner is None else _as_owner(owner))
        return Visitor(locked, web_sessions.actor_of(session, token) if token else None)


def know_owner(sessions: Sessions, *, is_local: bool) -> Visitor:
    """Take whoever asks for a program of the owner's: they know the secret that is set."""
    with single_statements(sessions) as session:
        locked, owner = queries.password_exists_or_owner(session)
        if owner is None or not (locked or is_local):
            return Visitor(locked, None)
        account = view(owner)
        return Visitor(locked, Actor(account=account, right=account.right, key_id=NO_KEY))


def know_program(
    sessions: Sessions, *, is_local: bool, name: str, key: str, address: str
) -> Visitor:
    """Find out who asks with a name and a key; both must hold, and belong together.

    A right pair is never kept waiting: keys are too long to be guessed. Wrong ones are counted
    apart from logins, so that a forgotten program locks nobody out. Raises TooManyAttempts.
    """
    with sessions.begin() as session:
        locked = queries.password_exists(session)
        if not locked and not is_local:
            return Visitor(locked, None)
        actor = keys.actor_of(session, key)
        if actor is not None and _is_called(actor, name):
            return Visitor(locked, actor)
        _count_wrong_key(session, f"key {network_of(address)}")
    return Visitor(locked, None)


def log_in(
    sessions: Sessions,
    name: str,
    password: str,
    *,
    address: str,
    user_agent: str | None,
    replacing: str | None = None,
) -> str | None:
    """Return the token of a new session, or None for a wrong name or password.

    Every attempt counts as failed before the password is looked at, so that many at once do not
    slip past the limits. Raises TooManyAttempts beyond them.
    """
    name, network = _comparable(name), network_of(address)
    with sessions.begin() as session:
        _count_attempt(session, name, network)
        account = queries.find_by_name(session, name)
        expected = account.password_hash if account else None

    if not passwords.fits(expected, password):
        return None
    renewed = passwords.hash_password(password) if passwords.is_outdated(expected or "") else None

    with sessions.begin() as session:
        queries.forgive(session, name, network)
        account = queries.find_by_name(session, name)
        if account is None or account.password_hash != expected:
            return None  # removed or changed while the password was being checked
        account.password_hash = renewed or account.password_hash
        return web_sessions.open_session(
            session, account, user_agent=user_agent, replacing=replacing
        )


def _as_owner(row: AccountRow) -> Actor:
    return Actor(account=view(row), right=Right.ADMIN)


def _comparable(name: str) -> str:
    """Return a name as attempts are counted by; what cannot be one never reaches the database."""
    return "".join(filter(str.isprintable, name)).strip().lower()[:NAME_LENGTH]


def _is_called(actor: Actor, name: str) -> bool:
    """Tell whether this is the name of whoever asks; the owner may not have one yet."""
    own = actor.account.name
    return own is None or _comparable(own) == _comparable(name)


def _count_wrong_key(session: Session, network: str) -> None:
    queries.lock_attempts(session)
    queries.drop_old_attempts(session, WINDOW)
    _check_waits(
        queries.blocking_attempt(session, WINDOW, MOST_FROM_NETWORK, name=None, address=network)
    )
    queries.keep_attempt(session, "", network)


def _count_attempt(session: Session, name: str, network: str) -> None:
    queries.lock_attempts(session)
    queries.drop_old_attempts(session, WINDOW)
    _check_waits(
        queries.blocking_attempt(session, WINDOW, MOST_FOR_BOTH, name=name, address=network),
        queries.blocking_attempt(session, WINDOW, MOST_FROM_NETWORK, name=None, address=network),
        queries.blocking_attempt(session, WINDOW, MOST_TO_NAME, name=name, address=None),
    )
    queries.keep_attempt(session, name, network)


def _check_waits(*waits: float | None) -> None:
    """Raise TooManyAttempts while anything keeps from trying again."""
    if blocked := [wait for wait in waits if wait is not None]:
        seconds = max(1, math.ceil(max(blocked)))
        minutes = math.ceil(seconds / 60)
        raise TooManyAttempts(
            phrase("Too many failed logins. Wait a minute and try again.")
            if minutes == 1
            else phrase(
                "Too many failed logins. Wait {minutes} minutes and try again.", minutes=minutes
            ),
            seconds,
        )
