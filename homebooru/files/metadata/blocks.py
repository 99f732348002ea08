"""Blocks of metadata, and how files are searched for them within bounds."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, BinaryIO

MAX_BYTES = 32 * 1024 * 1024
MAX_STEPS = 2_000_000

BROKEN = (EOFError, struct.error, zlib.error, ValueError, OverflowError)
EXIF_HEAD = b"Exif\0\0"


class Kind(Enum):
    """What a block is written in."""

    XMP = auto()
    IPTC = auto()
    EXIF = auto()
    DESCRIPTION = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A block of metadata as it lies in a file."""

    kind: Kind
    data: bytes


class Span:
    """A file that is read piece by piece, within a budget of bytes and steps.

    Raises EOFError at its end, before its beginning, and where the budget is spent.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._bytes = MAX_BYTES
        self._steps = MAX_STEPS

    def spend(self, length: int) -> None:
        self._bytes -= length
        self._steps -= 1
        if length < 0 or self._bytes < 0 or self._steps < 0:
            raise EOFError

    def take(self, length: int) -> bytes:
        self.spend(length)
        data = self._file.read(length)
        if len(data) < length:
            raise EOFError
        return data

    def numbers(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(struct.calcsize(form)))

    def skip(self, length: int) -> None:
        self.go_to(self.tell() + length)

    def go_to(self, offset: int) -> None:
        if offset < 0:
            raise EOFError
        self._file.seek(min(offset, self._end))

    def tell(self) -> int:
        return self._file.tell()


def until_broken(blocks: Iterator[Block]) -> Iterator[Block]:
    try:
        yield from blocks
    except BROKEN:
        return
