"""What the outputs of a network are called, read from its file: it need not be loaded for that.

An ONNX file is a message of protobuf: each field has a key, of its number and kind, before it. Those
that hold others, texts or weights say how long they are, so all of no interest is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

GRAPH, OUTPUT, NAME = 7, 12, 1  # fields of a model, of its graph, of what that takes and gives
VARINT, EIGHT_BYTES, MEASURED, FOUR_BYTES = 0, 1, 2, 5
MOST_BITS = 64


def output_names(network: Path) -> tuple[str, ...]:
    """Return the names in their order; none where the file makes no sense."""
    try:
        stat = network.stat()
        return _output_names(network, stat.st_size, stat.st_mtime_ns)
    except (OSError, ValueError):
        return ()


@lru_cache(maxsize=64)
def _output_names(network: Path, size: int, _changed: int) -> tuple[str, ...]:
    with network.open("rb") as file:
        return tuple(
            file.read(named - file.tell()).decode()
            for graph in _fields(file, GRAPH, size)
            for output in _fields(file, OUTPUT, graph)
            for named in _fields(file, NAME, output)
        )


def _fields(file: BinaryIO, wanted: int, end: int) -> Iterator[int]:
    """Go to each field of that number, up to `end`, and yield where it ends itself."""
    while file.tell() < end:
        number, kind = divmod(_varint(file), 8)
        if kind == VARINT:
            _varint(file)
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            file.seek(8 if kind == EIGHT_BYTES else 4, 1)
        elif kind == MEASURED:
            length = _varint(file)
            after = file.tell() + length
            if after > end:
                raise ValueError("the file is broken off")
            if number == wanted:
                yield after
            file.seek(after)
        else:
            raise ValueError("this is no network")


def _varint(file: BinaryIO) -> int:
    """Read a number: seven bits of each byte, the lowest first, until one says that it is the last."""
    number = 0
    for shift in range(0, MOST_BITS, 7):
        read = file.read(1)
        if not read:
            break
        number |= (read[0] & 0x7F) << shift
        if read[0] < 0x80:
            return number
    raise ValueError("the file is broken off")
