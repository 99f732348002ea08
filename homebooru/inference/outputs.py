"""What a network gives, read from its file: it need not be loaded for that, nor its weights be read.

An ONNX file is a message of protobuf: each field has a key, of its number and kind, before it. Those
that hold others, texts or weights say how long they are, so all that is of no interest is skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from homebooru.errors import ModelUnusable
from homebooru.phrases import phrase

OUTPUTS = (7, 12)  # a model's graph, and what that gives
NAME, TYPE = 1, 2  # of an output
LENGTHS = (1, 2, 1)  # a type's tensor, its shape, and the lengths of that
KNOWN, SYMBOL = 1, 2  # of a length: a number, or what stands for one
VARINT, EIGHT_BYTES, MEASURED, FOUR_BYTES = 0, 1, 2, 5
MOST_BITS = 64
BROKEN_OFF = "the file is broken off"

Shape = Sequence[int | str | None]


def outputs_of(network: Path) -> Mapping[str, Shape]:
    """Return the shapes of outputs by their names, in order; none where the file makes no sense."""
    try:
        stat = network.stat()
        return _outputs_of(network, stat.st_size, stat.st_mtime_ns)
    except (OSError, ValueError):
        return {}


def width_of(network: Path, shape: Shape) -> int:
    """Return by how many numbers an output describes; raises ModelUnusable where it is no list of them."""
    if len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 0:
        return shape[1]
    raise ModelUnusable(
        phrase(
            "{file} describes by {shape} numbers, and not by one row of so many for each thing. Take "
            "another export of this model, or another model.",
            file=network,
            shape=" × ".join(str(length or "?") for length in shape) or "?",
        )
    )


@lru_cache(maxsize=64)
def _outputs_of(network: Path, size: int, _changed: int) -> Mapping[str, Shape]:
    with network.open("rb") as file:
        return dict(_output(file, end) for end in _inside(file, size, OUTPUTS))


def _output(file: BinaryIO, end: int) -> tuple[str, Shape]:
    name = ""
    shape: Shape = ()
    for number, after in _fields(file, end):
        if number == NAME:
            name = _text(file, after)
        elif number == TYPE:
            shape = tuple(_length(file, length) for length in _inside(file, after, LENGTHS))
    return name, shape


def _length(file: BinaryIO, end: int) -> int | str | None:
    for number, value in _fields(file, end):
        if number == KNOWN:
            return value
        if number == SYMBOL:
            return _text(file, value)
    return None


def _inside(file: BinaryIO, end: int, path: Sequence[int]) -> Iterator[int]:
    """Go to each field that this path of numbers leads to, and yield where it ends."""
    for number, after in _fields(file, end):
        if number == path[0] and path[1:]:
            yield from _inside(file, after, path[1:])
        elif number == path[0]:
            yield after


def _fields(file: BinaryIO, end: int) -> Iterator[tuple[int, int]]:
    """Yield the number of each field up to `end` with its value, or where it ends if it holds more."""
    while file.tell() < end:
        number, kind = divmod(_varint(file), 8)
        if kind == VARINT:
            yield number, _varint(file)
        elif kind == MEASURED:
            after = _varint(file) + file.tell()
            if after > end:
                raise ValueError(BROKEN_OFF)
            yield number, after
            file.seek(after)
        elif kind in (EIGHT_BYTES, FOUR_BYTES):
            file.seek(8 if kind == EIGHT_BYTES else 4, 1)
        else:
            raise ValueError("this is no network")


def _text(file: BinaryIO, end: int) -> str:
    return file.read(end - file.tell()).decode()


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
    raise ValueError(BROKEN_OFF)
