"""Asks an Immich what it is, and what a key may do there, before either is kept."""

from __future__ import annotations

from dataclasses import dataclass

from homebooru.domain.immich.access import NEWEST, OLDEST, READING, Account, Version
from homebooru.domain.immich.groups import Library
from homebooru.errors import InvalidInput, PermissionMissing, RemoteRefused
from homebooru.phrases import phrase
from homebooru.ports.immich import ImmichReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a server says to a key: whose it is, and what it may do."""

    version: Version
    account: Account
    granted: frozenset[str]
    libraries: tuple[Library, ...] = ()


def check(server: ImmichReader) -> Checked:
    """Ask a server about itself and about us; nothing is kept.

    Raises RemoteError, InvalidInput for a version that we do not know.
    """
    version = server.version()
    if not version.is_known:
        raise InvalidInput(_unknown(version))
    granted = server.granted()
    try:
        account = server.account()
    except PermissionMissing as error:
        raise RemoteRefused(
            phrase(
                "The API key lacks the permission {name}, {why}. Allow it in Immich's account "
                "settings, or make another key.",
                name=error.permission,
                why=READING[error.permission],
            )
        ) from None
    return Checked(
        version=version, account=account, granted=granted, libraries=_libraries(server, account)
    )


def _libraries(server: ImmichReader, account: Account) -> tuple[Library, ...]:
    """Return external libraries; whoever is not told of them does without."""
    if not account.is_admin:
        return ()
    try:
        return tuple(server.libraries())
    except RemoteRefused:
        return ()


def _unknown(version: Version) -> str:
    if version.major < OLDEST:
        return phrase(
            "This Immich is of version {version}; HomeBooru speaks with {oldest}.0 and later. "
            "Update it first.",
            version=version,
            oldest=OLDEST,
        )
    return phrase(
        "This Immich is of version {version}, and HomeBooru knows none after {newest}.x yet. "
        "Nothing was changed.",
        version=version,
        newest=NEWEST,
    )
