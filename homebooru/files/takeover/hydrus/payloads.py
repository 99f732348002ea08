"""The JSON of Hydrus' Client API: nobody else knows the names of its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from homebooru.domain.takeover.hydrus import MOST_STARS, HydrusFile, Kind, Service, Tagged

Row = Mapping[str, Any]

CURRENT, PENDING, DELETED, PETITIONED = "0", "1", "2", "3"
SEARCH_FILES = 3
"""The permission to search for files and to fetch them."""
SHA256 = re.compile("[0-9a-f]{64}")
EXTENSION = re.compile(r"\.[a-z0-9]{1,10}")
MISREAD = (AttributeError, LookupError, TypeError, ValueError)
"""What a look at the fields of an answer raises that has not the shape that we know."""


def may_search(body: Row) -> bool:
    """Read whether a key allows what we ask for."""
    return bool(body.get("permits_everything")) or SEARCH_FILES in body["basic_permissions"]


def read_services(body: Row) -> tuple[Service, ...]:
    """Read the services of kinds that matter here."""
    kinds = set(Kind)
    return tuple(
        Service(
            key=key,
            name=str(row["name"]),
            kind=Kind(row["type"]),
            stars=max(1, int(row.get("max_stars") or MOST_STARS)),
        )
        for key, row in body["services"].items()
        if row["type"] in kinds
    )


def read_numbers(body: Row) -> list[int]:
    """Read the numbers of the files that were found."""
    return [int(number) for number in body["file_ids"]]


def read_rows(body: Row) -> list[Any]:
    """Read the files that are told of, each of which may make no sense."""
    return list(body["metadata"])


def read_file(row: Row) -> HydrusFile:
    """Read a file."""
    sha256 = str(row["hash"]).lower()
    extension = str(row["ext"]).lower()
    if not (SHA256.fullmatch(sha256) and EXTENSION.fullmatch(extension)):
        raise ValueError(sha256)
    return HydrusFile(
        number=int(row["file_id"]),
        sha256=sha256,
        size=int(row["size"]),
        extension=extension,
        is_here=bool(row["is_local"]),
        is_trash=bool(row["is_trashed"]),
        tags={key: _tagged(told) for key, told in row["tags"].items()},
        ratings=dict(row.get("ratings") or {}),
        addresses=tuple(map(str, row.get("known_urls") or ())),
        notes={str(name): str(text) for name, text in (row.get("notes") or {}).items()},
    )


def _tagged(told: Row) -> Tagged:
    stored = told["storage_tags"]
    shown = told.get("display_tags") or stored
    return Tagged(
        there=tuple(_texts(shown, CURRENT, PENDING)),
        gone=tuple(_texts(stored, DELETED)),
        unwanted=tuple(_texts(stored, PETITIONED)),
    )


def _texts(by_status: Row, *statuses: str) -> Iterator[str]:
    return (str(text) for status in statuses for text in by_status.get(status, ()))
