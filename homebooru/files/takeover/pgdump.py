"""Reads the rows in a dump of a PostgreSQL database: as SQL, packed or not, or pg_dump's own format.

Nothing of it is carried out: of the SQL only the blocks of rows are looked at.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from homebooru.errors import Unreadable
from homebooru.files.opening import open_regular
from homebooru.phrases import phrase

OWN_FORMAT, GZIP = b"PGDMP", b"\x1f\x8b"
COPY = re.compile(rb'COPY (?:(?:"[^"]+"|\w+)\.)?(?:"([^"]+)"|(\w+)) \((.*)\) FROM stdin;\n?')
END = b"\\."
WHOLE = b"-- PostgreSQL database dump complete"
INSERTS = re.compile(rb"INSERT INTO ")
LONGEST = 64 << 20
ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}

Cells = Mapping[str, str | None]
Lines = Iterator[bytes]


@contextmanager
def open_dump(file: Path, restorer: Callable[[], Path]) -> Iterator[Lines]:
    """Let the lines of a dump as SQL be read; `restorer` finds the program that reads pg_dump's own.

    Raises Unreadable, also while it is read.
    """
    with open_regular(os.fsencode(file)) as plain:
        start = plain.read(len(OWN_FORMAT))
        plain.seek(0)
        if start == OWN_FORMAT:
            with _restored(file, restorer()) as lines:
                yield lines
        elif start.startswith(GZIP):
            with gzip.GzipFile(fileobj=plain) as unpacked:
                yield _lines(unpacked)
        else:
            with io.BufferedReader(plain) as lines:
                yield _lines(lines)


def rows_in(lines: Lines, tables: Mapping[str, object]) -> Iterator[tuple[str, Cells]]:
    """Yield the rows of some tables, whatever else there is; raises Unreadable unless it is whole."""
    is_whole = False
    for line in lines:
        if found := COPY.fullmatch(line):
            table = (found[1] or found[2]).decode("utf-8", "replace")
            names = [name.strip().strip('"') for name in _text(found[3]).split(",")]
            for cells in _block(lines):
                if table in tables:
                    yield table, _row(names, cells)
        elif INSERTS.match(line):
            raise Unreadable(
                phrase("The dump holds its rows as INSERT. Make one without --inserts.")
            )
        is_whole = is_whole or line.startswith(WHOLE)
    if not is_whole:
        raise Unreadable(phrase("The dump is cut short, or is none of a PostgreSQL database."))


def _block(lines: Lines) -> Iterator[bytes]:
    for line in lines:
        if line.rstrip(b"\r\n") == END:
            return
        if not line.endswith(b"\n"):
            break
        yield line
    raise Unreadable(phrase("The dump is cut short."))


def _row(names: list[str], line: bytes) -> Cells:
    cells = line.rstrip(b"\n").split(b"\t")
    if len(cells) != len(names):
        raise Unreadable(phrase("The dump is damaged: a row has too many or too few columns."))
    return dict(zip(names, map(_cell, cells), strict=True))


def _cell(cell: bytes) -> str | None:
    return None if cell == b"\\N" else _text(ESCAPE.sub(_unescaped, cell))


def _unescaped(found: re.Match[bytes]) -> bytes:
    what = found[1]
    if what[:1].isdigit():
        return bytes([int(what, 8) & 0xFF])
    if len(what) > 1:
        return bytes([int(what[1:], 16)])
    return MEANT.get(what, what)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _lines(stream: IO[bytes] | io.BufferedIOBase) -> Lines:
    try:
        while line := stream.readline(LONGEST):
            if len(line) == LONGEST:
                raise Unreadable(phrase("The file is no dump of a PostgreSQL database."))
            yield line
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Unreadable(phrase("The dump is cut short, or its packing is damaged.")) from None


@contextmanager
def _restored(file: Path, program: Path) -> Iterator[Lines]:
    """Let pg_restore write its format as SQL; it connects to nothing."""
    with subprocess.Popen(
        [program, "--data-only", "--file=-", file.absolute()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as restoring:
        if restoring.stdout is None or restoring.stderr is None:
            raise Unreadable(phrase("The dump cannot be read."))
        yield _said(restoring, restoring.stdout, restoring.stderr)
        restoring.kill()


def _said(restoring: subprocess.Popen[bytes], out: IO[bytes], said: IO[bytes]) -> Lines:
    yield from _lines(out)
    told = _text(said.read()).strip().rpartition("\n")[2]
    if restoring.wait():
        raise Unreadable(phrase("The dump cannot be read. {program}", program=told))
