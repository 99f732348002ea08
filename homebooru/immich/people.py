"""Reads people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from homebooru.domain.immich.groups import Person
from homebooru.immich import payloads
from homebooru.immich.client import Part

MOST = 1000  # people on a page


class People(Part):
    """The part of Immich that knows people."""

    def people(self) -> Sequence[Person]:
        found: dict[Person, None] = {}
        number, more = 0, True
        while more:
            number += 1
            asked: dict[str, str | int] = {"page": number, "size": MOST, "withHidden": "true"}
            listed, more = self._client.get("/people", _page, asked)
            found |= dict.fromkeys(listed)
        return tuple(found)


def _page(body: Mapping[str, Any]) -> tuple[list[Person], bool]:
    return [payloads.read_person(row) for row in body["people"]], body["hasNextPage"]
