"""Says which server it is, whose key it takes, and what that allows."""

from __future__ import annotations

from collections.abc import Sequence

from homebooru.domain.immich.access import Account, Version
from homebooru.domain.immich.groups import Library
from homebooru.immich import payloads
from homebooru.immich.client import ImmichClient, Part


class Server(Part):
    """The part of Immich that knows itself, and us."""

    def __init__(self, client: ImmichClient) -> None:
        super().__init__(client)
        self._version: Version | None = None

    def version(self) -> Version:
        if self._version is None:
            self._version = self._client.get("/server/version", payloads.read_version)
        return self._version

    def granted(self) -> frozenset[str]:
        return self._client.get("/api-keys/me", payloads.read_granted)

    def account(self) -> Account:
        return self._client.get("/users/me", payloads.read_account)

    def libraries(self) -> Sequence[Library]:
        return self._client.get("/libraries", payloads.read_libraries)
