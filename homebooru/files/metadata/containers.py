"""Where metadata lies in picture files: the blocks are cut out, no pixel is decoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from homebooru.files.metadata.blocks import EXIF_HEAD, Block, Kind, Span, until_broken
from homebooru.files.metadata.boxes import in_boxes
from homebooru.files.metadata.exif import FORMS
from homebooru.files.metadata.jpeg import in_jpeg
from homebooru.files.metadata.png import PNG_HEAD, in_png

PADDING = bytes(4)  # where a chunk's name should be: zeros that were put behind the picture


def find_blocks(file: BinaryIO) -> Iterator[Block]:
    """Yield the blocks of metadata in a file; of a broken one, those before the break."""
    file.seek(0)
    head = file.read(16)
    find = next((find for looks, find in FORMATS if looks.match(head)), None)
    if find is not None:
        yield from until_broken(find(Span(file)))


def is_tiff(file: BinaryIO) -> bool:
    """Tell whether a file is a TIFF, which is to EXIF what a book is to a page."""
    file.seek(0)
    return file.read(4) in FORMS


def _in_webp(span: Span) -> Iterator[Block]:
    span.go_to(12)
    while True:
        name, length = span.numbers("<4sI")
        if name == PADDING:
            return
        if name == b"XMP ":
            yield Block(Kind.XMP, span.take(length))
        elif name == b"EXIF":
            yield Block(Kind.EXIF, span.take(length).removeprefix(EXIF_HEAD))
        else:
            span.skip(length)
        span.skip(length % 2)


def _in_gif(span: Span) -> Iterator[Block]:
    span.go_to(10)
    (flags, _, _) = span.take(3)
    span.skip(_colours(flags))
    while (sign := span.take(1)) != b";":
        if sign == b"!":
            yield from _in_gif_extension(span)
        elif sign == b",":
            *_, flags = span.numbers("<4HB")
            span.skip(_colours(flags) + 1)
            _skip_gif_blocks(span)
        else:
            return


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _in_gif_extension(span: Span) -> Iterator[Block]:
    label, length = span.take(2)
    name = span.take(length)
    if label != 0xFF or name != b"XMP DataXMP":
        if length:
            _skip_gif_blocks(span)
        return
    # XMP lies there as it is: what were lengths of blocks are letters, and a descending run of
    # numbers after it leads every reader of blocks to the end.
    data = bytearray()
    while length := span.take(1)[0]:
        data.append(length)
        data += span.take(length)
    yield Block(Kind.XMP, bytes(data.partition(b"\x01\xff\xfe")[0]))


def _skip_gif_blocks(span: Span) -> None:
    while length := span.take(1)[0]:
        span.skip(length)


FORMATS: list[tuple[re.Pattern[bytes], Callable[[Span], Iterator[Block]]]] = [
    (re.compile(rb"\xff\xd8"), in_jpeg),
    (re.compile(re.escape(PNG_HEAD)), in_png),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _in_webp),
    (re.compile(rb"GIF8[79]a"), _in_gif),
    (re.compile(rb"....ftyp", re.DOTALL), in_boxes),
    (re.compile(rb"\0\0\0\x0cJXL "), in_boxes),
]
