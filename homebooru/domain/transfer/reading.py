"""Reads the lines of an export, and refuses what is none, is damaged, or newer than this program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from homebooru.domain.transfer import END, FORMAT, HEAD, KINDS
from homebooru.domain.transfer.shapes import Line, mistake_in
from homebooru.errors import InvalidInput
from homebooru.phrases import phrase

MAGIC = {
    b"PK\x03\x04": phrase("a ZIP archive"),
    b"SQLite format 3": phrase("an SQLite database, such as that of Hydrus"),
    b"PGDMP": phrase("a backup of the database, which `homebooru db restore` takes"),
    b"<": phrase("a web page, or XML"),
    b"--": phrase("SQL"),
    b"%PDF": phrase("a PDF"),
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
            raise InvalidInput(phrase("Line {number}: something follows the end.", number=number))
        if at < place or (at == place and at == 0 and number > 1):
            raise InvalidInput(
                phrase(
                    "Line {number}: {kind} is not in its place.", number=number, kind=line["kind"]
                )
            )
        place = at
        if line["kind"] == END:
            _check_end(line, number, digest.hexdigest())
        elif number > 1:
            yield line
        digest.update(raw)
    if number == 0:
        raise InvalidInput(phrase("The file is empty."))
    if KINDS[place] != END:
        raise InvalidInput(
            phrase("The file is cut off: it has no end, after {number} lines.", number=number)
        )


def _read(raw: bytes, number: int) -> Line:
    if number == 1:
        _check_kind(raw)
    try:
        line: Any = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidInput(
            phrase("Line {number} is cut off or damaged.", number=number)
            if number > 1
            else phrase("Line 1 is no line of an export.")
        ) from None
    if not isinstance(line, dict) or line.get("kind") not in KINDS:
        raise InvalidInput(
            phrase("Line {number} is none of an export of HomeBooru's.", number=number)
        )
    if number == 1:
        _check_head(line)
    if wrong := mistake_in(line):
        raise InvalidInput(
            phrase(
                "Line {number} ({kind}): {wrong}.", number=number, kind=line["kind"], wrong=wrong
            )
        )
    return line


def _check_kind(raw: bytes) -> None:
    for begin, kind in MAGIC.items():
        if raw.lstrip().startswith(begin):
            raise InvalidInput(
                phrase("The file is {kind}, and no export of HomeBooru's.", kind=kind)
            )


def _check_head(line: Line) -> None:
    if line["kind"] != HEAD:
        raise InvalidInput(phrase("The file does not begin as an export of HomeBooru's does."))
    if isinstance(line.get("format"), int) and line["format"] > FORMAT:
        raise InvalidInput(
            phrase(
                "The file was written by a newer HomeBooru (format {format}; this one reads {ours}). "
                "Update HomeBooru.",
                format=line["format"],
                ours=FORMAT,
            )
        )


def _check_end(line: Line, number: int, digest: str) -> None:
    if line["lines"] != number - 1:
        raise InvalidInput(
            phrase(
                "Lines are missing or doubled: there are {count}, and the end tells of {told}.",
                count=number - 1,
                told=line["lines"],
            )
        )
    if line.get("sha256") != digest and line.get("edited") is not True:
        raise InvalidInput(
            phrase(
                "The file is damaged: its lines are not those that were written. Whoever changed it "
                'on purpose writes "edited": true into its last line.'
            )
        )
