"""Passes: who may read one thing without logging in, until they change their password.

Feed readers cannot log in, and ask for years; a ticket is over after a day. A pass is sealed with a
secret of the installation and with the hash of the password, so that a new password ends them all.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

from homebooru.db.engine import Sessions
from homebooru.db.queries import accounts as queries
from homebooru.domain.accounts import Account, Actor, Right
from homebooru.services.accounts.accounts import view

PASS = re.compile(r"(?P<account>[1-9]\d{0,8})-(?P<seal>[A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Passes:
    """Gives out passes of one account, and knows them again."""

    account: Account
    key: bytes = field(repr=False)

    @property
    def reader(self) -> Actor:
        """Return who asks with such a pass: the account, to read alone."""
        return Actor(account=self.account, right=Right.READ)

    def issue(self, thing: str) -> str:
        seal = hmac.digest(self.key, thing.encode(), "sha256")
        return f"{self.account.id}-{urlsafe_b64encode(seal).rstrip(b'=').decode()}"

    def fits(self, given: str, thing: str) -> bool:
        return hmac.compare_digest(self.issue(thing).encode(), given.encode())


def passes_of(sessions: Sessions, secret: bytes, account_id: int) -> Passes | None:
    """Return what gives out passes of an account; None for nobody, and without a password."""
    with sessions.begin() as session:
        row = queries.find(session, account_id)
        if row is None or row.password_hash is None:
            return None
        said = f"homebooru passes\n{row.id}\n{row.password_hash}".encode()
        return Passes(view(row), hmac.digest(secret, said, "sha256"))


def passes_for(sessions: Sessions, secret: bytes, given: str) -> Passes | None:
    """Return what gave out this pass, or would have, if it is no made-up one."""
    match = PASS.fullmatch(given)
    return passes_of(sessions, secret, int(match["account"])) if match else None
