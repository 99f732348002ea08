"""One user of an Immich server, with everything that we ask of it."""

from __future__ import annotations

from homebooru.immich.albums import Albums
from homebooru.immich.assets import Assets
from homebooru.immich.client import QUICK, ImmichClient
from homebooru.immich.people import People
from homebooru.immich.tags import Tags


class HttpImmichUser(Assets, Albums, Tags, People):
    """Speaks with Immich for one of its users; what it promises is in `ports.immich`."""

    def close(self) -> None:
        self._client.close()


def open_user(address: str, key: str) -> HttpImmichUser:
    """Return a user of the server at an address, known by an API key."""
    return HttpImmichUser(ImmichClient(f"{address}/api", key))


def greet_user(address: str, key: str) -> HttpImmichUser:
    """Return the same for somebody who waits for a page: whatever stumbles has failed."""
    return HttpImmichUser(ImmichClient(f"{address}/api", key, limits=QUICK, again=()))
