"""Metadata in boxes, the form of HEIC, AVIF, JPEG XL and MP4."""

from __future__ import annotations

import io
from collections.abc import Iterator

from homebooru.files.metadata.blocks import EXIF_HEAD, MAX_BYTES, Block, Kind, Span
from homebooru.files.metadata.exif import FORMS

XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def in_boxes(span: Span) -> Iterator[Block]:
    """Yield what lies in the boxes of HEIC, AVIF, JPEG XL and MP4."""
    while True:
        name, size = _box(span)
        end = span.tell() + size
        if name in (b"xml ", b"Exif"):
            yield from _in_box(name, span.take(size))
        elif name == b"brob":
            yield from _in_packed_box(span, size)
        elif name == b"uuid" and size > 16 and span.take(16) == XMP_UUID:
            yield Block(Kind.XMP, span.take(size - 16))
        elif name == b"meta":
            yield from _in_items(span, span.take(size))
        span.go_to(end)


def _box(span: Span) -> tuple[bytes, int]:
    """Return a box's name and how long its content is."""
    size, name = span.numbers(">I4s")
    left = span.numbers(">Q")[0] - 16 if size == 1 else size - 8
    if left < 0:  # broken, or 0: up to the end of the file, as the pixels there may be
        raise EOFError
    return name, left


def _in_box(name: bytes, data: bytes) -> Iterator[Block]:
    if name == b"xml ":
        yield Block(Kind.XMP, data)
    elif name == b"Exif":
        yield from _exif_after_offset(data)


def _in_packed_box(span: Span, size: int) -> Iterator[Block]:
    """Yield what a box of JPEG XL holds that is packed with Brotli, the name of its kind first."""
    name = span.take(4)
    if name in (b"xml ", b"Exif"):
        data = _unpacked(span.take(size - 4))
        span.spend(len(data))
        yield from _in_box(name, data)


def _unpacked(data: bytes) -> bytes:
    """Unpack a box; what cannot be unpacked is returned as it is, for its reader to name."""
    import brotli  # noqa: PLC0415 (5 MB that most children never need)

    unpacker = brotli.Decompressor()
    try:
        unpacked: bytes = unpacker.process(data, output_buffer_limit=MAX_BYTES // 2)
    except brotli.error:
        return data
    return unpacked


def _exif_after_offset(data: bytes) -> Iterator[Block]:
    start = 4 + int.from_bytes(data[:4]) if data[:4] not in FORMS else 0  # some leave it out
    yield Block(Kind.EXIF, data[start:].removeprefix(EXIF_HEAD))


def _in_items(file: Span, meta: bytes) -> Iterator[Block]:
    """Yield the items of a HEIC or AVIF that hold metadata, each wherever its extents lie."""
    boxes = dict(_children(meta[4:]))
    idat = Span(io.BytesIO(boxes.get(b"idat", b"")))
    kinds = _kinds_of_items(boxes.get(b"iinf", b""))
    for number, in_idat, extents in _extents_of_items(boxes.get(b"iloc", b"")):
        if number not in kinds:
            continue
        source = idat if in_idat else file
        data = b"".join(_extent(source, offset, length) for offset, length in extents)
        if kinds[number] is Kind.EXIF:
            yield from _exif_after_offset(data)
        else:
            yield Block(Kind.XMP, data)


def _extent(span: Span, offset: int, length: int) -> bytes:
    span.go_to(offset)
    return span.take(length)


def _children(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    span = Span(io.BytesIO(data))
    while span.tell() + 8 <= len(data):
        name, size = _box(span)
        yield name, span.take(size)


def _kinds_of_items(iinf: bytes) -> dict[int, Kind]:
    kinds: dict[int, Kind] = {}
    for name, infe in _children(iinf[6 if iinf[:1] == b"\0" else 8 :]):
        wide = infe[:1] == b"\3"
        if name != b"infe" or infe[:1] not in (b"\2", b"\3"):
            continue
        number = int.from_bytes(infe[4 : 8 if wide else 6])
        rest = infe[10 if wide else 8 :]
        if rest[:4] == b"Exif":
            kinds[number] = Kind.EXIF
        elif rest[:4] == b"mime" and b"application/rdf+xml" in rest:
            kinds[number] = Kind.XMP
    return kinds


def _extents_of_items(iloc: bytes) -> Iterator[tuple[int, bool, list[tuple[int, int]]]]:
    """Yield the number of each item, whether it lies in `idat`, and its offsets and lengths."""
    span = Span(io.BytesIO(iloc))
    version, _, sizes = span.numbers(">B3sH")

    def number(size: int) -> int:
        return int.from_bytes(span.take(size))

    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(number(4 if version == 2 else 2)):
        item = number(4 if version == 2 else 2)
        method = number(2) & 15 if version else 0
        number(2)
        base = number(of_base)
        extents = []
        for _ in range(number(2)):
            number(of_index if version else 0)
            extents.append((base + number(of_offset), number(of_length)))
        yield item, method == 1, extents
