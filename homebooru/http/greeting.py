"""Greets a server: whether anybody is there, and what time it is there."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from homebooru import __version__

SECONDS = 5.0
CONNECTIONS = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}


@dataclass(frozen=True, slots=True)
class Greeting:
    """What came of it: why nobody answered, or by how many seconds their clock is ahead of ours."""

    reason: str | None = None
    ahead: float | None = None


def greet(url: str) -> Greeting:
    """Ask a server for the head of its first page; whatever it answers, it is there."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    try:
        with closing(CONNECTIONS[parts.scheme](place, timeout=SECONDS)) as connection:
            connection.request(
                "HEAD", parts.path or "/", headers={"User-Agent": f"HomeBooru/{__version__}"}
            )
            return Greeting(ahead=_ahead(connection.getresponse().getheader("Date")))
    except (OSError, http.client.HTTPException) as error:
        return Greeting(reason=getattr(error, "strerror", None) or str(error) or "no answer")


def _ahead(date: str | None) -> float | None:
    try:
        there = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    there = there if there.tzinfo else there.replace(tzinfo=UTC)
    return (there - datetime.now(UTC)).total_seconds()
