"""Reads the lines of an export, and refuses what is none, is damaged, or newer than this program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from homebooru.domain.transfer import END, FORMAT, HEAD, KINDS
from homebooru.domain.transfer.shapes import Line, mistake_in
from homebooru.errors import InvalidInput

MAGIC = {
    b"PK\x03\x04": "a ZIP archive",
    b"SQLite format 3": "an SQLite database, such as that of Hydrus",
    b"PGDMP": "a backup of the database, which `homebooru db restore` takes",
    b"<": "a web page, or XML",
    b"--": "SQL",
    b"%PDF": "a PDF",
}


def read_lines(lines: Iterable[bytes]) -> Iterator[Line]:
    """Yield the lines of an export between its head and its end, the end checked.

    Raises InvalidInput at the first line that is not as it must be.
    """
    digest, number, place = hashlib.sha256(), 0, 0
    for number, raw in enumerate(lines, 1):
        line = _read(raw, number)
        at = KINDS.index(line["kind"])
        if KINDS[place] == END:
            raise InvalidInput(f"Line {number}: something follows the end.")
        if at < place or (at == place and at == 0 and number > 1):
            raise InvalidInput(f"Line {number}: {line['kind']} is not in its place.")
        place = at
        if line["kind"] == END:
            _check_end(line, number, digest.hexdigest())
        elif number > 1:
            yield line
        digest.update(raw)
    if number == 0:
        raise InvalidInput("The file is empty.")
    if KINDS[place] != END:
        raise InvalidInput(f"The file is cut off: it has no end, after {number} lines.")


def _read(raw: bytes, number: int) -> Line:
    if number == 1:
        _check_kind(raw)
    try:
        line: Any = json.loads(raw)
    except (ValueError, RecursionError):
        told = "is cut off or damaged" if number > 1 else "is no line of an export"
        raise InvalidInput(f"Line {number} {told}.") from None
    if not isinstance(line, dict) or line.get("kind") not in KINDS:
        raise InvalidInput(f"Line {number} is none of an export of HomeBooru's.")
    if number == 1:
        _check_head(line)
    if wrong := mistake_in(line):
        raise InvalidInput(f"Line {number} ({line['kind']}): {wrong}.")
    return line


def _check_kind(raw: bytes) -> None:
    for begin, kind in MAGIC.items():
        if raw.lstrip().startswith(begin):
            raise InvalidInput(f"The file is {kind}, and no export of HomeBooru's.")


def _check_head(line: Line) -> None:
    if line["kind"] != HEAD:
        raise InvalidInput("The file does not begin as an export of HomeBooru's does.")
    if isinstance(line.get("format"), int) and line["format"] > FORMAT:
        raise InvalidInput(
            f"The file was written by a newer HomeBooru (format {line['format']}; this one reads "
            f"{FORMAT}). Update HomeBooru."
        )


def _check_end(line: Line, number: int, digest: str) -> None:
    if line["lines"] != number - 1:
        raise InvalidInput(
            f"Lines are missing or doubled: there are {number - 1}, and the end tells of "
            f"{line['lines']}."
        )
    if line.get("sha256", digest) != digest:
        raise InvalidInput(
            "The file is damaged: its lines are not those that were written. Whoever changed it on "
            "purpose takes sha256 out of its last line."
        )
