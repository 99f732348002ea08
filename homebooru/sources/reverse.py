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


class HttpSearch(ABC):
    """A service that finds pictures by their looks.

    A service says how it is asked, and what a row of its answer says. It never waits, tries again
    or catches: manners are in JsonClient, patience is in the job.
    """

    def __init__(self, http: JsonClient) -> None:
        self.http = http

    @property
    def name(self) -> str:
        return self.http.service.name

    def close(self) -> None:
        self.http.close()

    @abstractmethod
    def by_picture(self, picture: bytes) -> Finding: ...

    @abstractmethod
    def read(self, row: Row) -> Match:
        """Return what a row says; any error of a look at its fields means that they changed."""

    def found(self, answer: Mapping[str, Any]) -> Finding:
        """Return what an answer says, be it one that was kept; a row without sense says nothing."""
        rows = [self._sense(row) for row in answer.get("results", ())]
        return Finding(matches=tuple(filter(None, rows)), answer=answer)

    def adopted(self, answer: Mapping[str, Any]) -> Finding:
        """Return what an answer says that another program kept."""
        return self.found(answer)

    def understood(self, answer: Mapping[str, Any]) -> Finding:
        """Return what a new answer says, unless none of its rows makes sense."""
        rows = answer["results"]
        if rows and all(self._sense(row) is None for row in rows):
            raise self.changed()
        return self.found(answer)

    def _sense(self, row: Row) -> Match | None:
        try:
            return self.read(row)
        except MISREAD:
            return None

    def changed(self) -> RemoteChanged:
        """Return an error for an answer that is not what we know."""
        return self.http.misread(
            phrase("{service}: its answers have changed.", service=self.http.service.label)
        )


def post_at(address: str) -> dict[str, str]:
    """Return the booru and the number of a post there, as far as an address tells them."""
    site, found = HOSTS.get(urlsplit(address).hostname), POST.search(address)
    return {site: found[1] or found[2]} if site and found else {}
