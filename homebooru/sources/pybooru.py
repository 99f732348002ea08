"""pybooru's calls, sent over our own way out.

It knows addresses and parameters. What it does about time, errors and addresses of one word
stays out of play: JsonClient answers in the place of its session, or raises an error of ours.
"""

from __future__ import annotations

from typing import Any

import pybooru

from homebooru.http.client import JsonClient


class Danbooru(pybooru.Danbooru):  # type: ignore[misc]
    """Danbooru's calls."""

    site_url = ""  # the original refuses addresses such as http://booru:5000

    def __init__(self, http: JsonClient) -> None:
        super().__init__(site_url=http.service.url)
        self.client = Session(http)


class Moebooru(pybooru.Moebooru):  # type: ignore[misc]
    """Moebooru's calls."""

    site_url = ""

    def __init__(self, http: JsonClient) -> None:
        super().__init__(site_url=http.service.url)
        self.client = Session(http)


class Session:
    """What pybooru takes for a session of requests."""

    def __init__(self, http: JsonClient) -> None:
        self._http = http

    def request(self, _method: str, url: str, params: dict[str, Any] | None = None) -> Answered:
        path = url.removeprefix(self._http.service.url)
        return Answered(url, self._http.get(path, params or {}))


class Answered:
    """What pybooru takes for a good answer."""

    status_code = 200

    def __init__(self, url: str, body: Any) -> None:
        self.url = url
        self.headers: dict[str, str] = {}
        self._body = body

    def json(self) -> Any:
        return self._body
