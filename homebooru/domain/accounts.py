"""People, what they may do, and how they show who they are."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from homebooru.domain.ratings import Rating
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

OWNER_ID = 1
NAME_LENGTH = 64
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1024


class Right(StrEnum):
    """What somebody may do, in rising order; each includes the ones before it."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Right).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person; `name` is None for the machine's owner before the first `user add`."""

    id: int
    name: str | None
    has_password: bool
    is_admin: bool
    ceiling: Rating = Rating.EXPLICIT
    unrated_as: Rating = Rating.EXPLICIT
    root_ids: tuple[int, ...] | None = None
    mirrors: tuple[int, ...] = ()
    created_at: datetime | None = None

    @property
    def label(self) -> str:
        return self.name or "the owner of this machine"

    @property
    def right(self) -> Right:
        return Right.ADMIN if self.is_admin else Right.WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, and how they were known: by a session, by a key, or by sitting at the machine."""

    account: Account
    right: Right
    session_token: str | None = field(default=None, repr=False)
    key_id: int | None = None

    def may(self, right: Right) -> bool:
        return self.right.rank >= right.rank


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A browser that is logged in; `id` names it without giving it away."""

    id: str
    user_agent: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key for programs, as far as it is shown after the first time."""

    id: int
    account: str
    name: str
    prefix: str
    right: Right
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def account_name(text: str) -> str:
    """Return a name fit for an account. Raises InvalidInput."""
    name = text.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise InvalidInput(
            phrase(
                "A name has 1 to {name_length} characters that can be printed.",
                name_length=NAME_LENGTH,
            )
        )
    return name


def check_password(password: str, name: str) -> None:
    """Raise InvalidInput for a password that is too easy to guess, or absurdly long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(
            phrase(
                "A password has {shortest_password} to {longest_password} characters; a few "
                "words in a row are a good one.",
                shortest_password=SHORTEST_PASSWORD,
                longest_password=LONGEST_PASSWORD,
            )
        )
    if password.strip().lower() == name.lower() or len(set(password)) < 4:
        raise InvalidInput(phrase("That password is too easy to guess. Take a few words in a row."))


def network_of(address: str) -> str:
    """Return what one visitor can easily call from: the address, or its /64 for IPv6."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64] or "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)
