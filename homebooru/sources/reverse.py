"""What reverse searches have in common: a small picture goes out, and what looks alike comes back."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from homebooru.domain.lookups.matches import Finding, Match
from homebooru.errors import RemoteChanged
from homebooru.http.client import JsonClient
from homebooru.phrases import phrase
from homebooru.sites import SITES
from homebooru.sources.base import MISREAD, Row

SAME = 100  # what these services call the very same picture

HOSTS = {urlsplit(site.url).hostname: site.name for site in SITES.values() if site.is_booru}
POST = re.compile(r"/posts?/(?:show/)?(\d+)|[?&]id=(\d+)")


class ReverseSearch(ABC):
    """A service that finds pictures by their looks.

    It says how it is asked, and what one row of its answers says.
    """

    def __init__(self, http: JsonClient) -> None:
        self.http = http

    @property
    def name(self) -> str:
        return self.http.service.name

    def close(self) -> None:
        self.http.close()

    @abstractmethod
    def by_picture(self, picture: bytes) -> Finding:
        """Ask for a picture, a JPEG."""

    @abstractmethod
    def read(self, row: Row) -> Match | None:
        """Return what a row says, None where it is too unlike for the service itself."""

    def found(self, answer: Mapping[str, Any]) -> Finding:
        """Return what an answer says, a new one or one that was kept."""
        rows = answer.get("results")
        read = [self._sense(row) for row in rows] if isinstance(rows, list) else []
        if read and all(isinstance(one, Exception) for one in read):
            raise self.changed()
        matches = tuple(one for one in read if isinstance(one, Match))
        return Finding(matches=matches, answer=answer)

    def _sense(self, row: object) -> Match | Exception | None:
        try:
            return self.read(row)  # type: ignore[arg-type]
        except MISREAD as error:
            return error

    def changed(self) -> RemoteChanged:
        return self.http.misread(
            phrase("{service}: its answers have changed.", service=self.http.service.label)
        )


def post_at(address: str) -> dict[str, str]:
    """Return the booru and the number of a post there, as far as an address tells them."""
    site, found = HOSTS.get(urlsplit(address).hostname), POST.search(address)
    return {site: found[1] or found[2]} if site and found else {}
