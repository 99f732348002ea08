"""Tickets: who may fetch one thing for a while without logging in, sealed with a secret."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime

STEP = 12 * 3600
STEPS = 3
TICKET = re.compile(
    r"(?P<account>[1-9]\d{0,9})-(?P<until>\d{1,12})-(?P<seal>[A-Za-z0-9_-]{43})", re.ASCII
)


def issue(secret: bytes, account_id: int, thing: str, now: datetime) -> str:
    """Return a ticket with which `thing` can be fetched as an account for 24 to 36 hours.

    It stays the same for half a day, so that whoever keeps pictures by their address does.
    """
    until = (int(now.timestamp()) // STEP + STEPS) * STEP
    return f"{account_id}-{until}-{_seal(secret, account_id, until, thing)}"


def holder(secret: bytes, ticket: str, thing: str, now: datetime) -> int | None:
    """Return whose ticket for `thing` this is, or None for one that is made up or too old."""
    match = TICKET.fullmatch(ticket)
    if match is None:
        return None
    account_id, until = int(match["account"]), int(match["until"])
    genuine = hmac.compare_digest(_seal(secret, account_id, until, thing), match["seal"])
    return account_id if genuine and now.timestamp() < until else None


def _seal(secret: bytes, account_id: int, until: int, thing: str) -> str:
    said = f"homebooru ticket\n{account_id}\n{until}\n{thing}".encode()
    return urlsafe_b64encode(hmac.digest(secret, said, "sha256")).rstrip(b"=").decode()
