"""Metadata in JPEG: application segments, and what Photoshop packs into one."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator

from homebooru.files.metadata.blocks import EXIF_HEAD, Block, Kind, Span

XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP_HEAD = b"Photoshop 3.0\0"


def in_jpeg(span: Span) -> Iterator[Block]:
    more_xmp: defaultdict[bytes, dict[int, bytes]] = defaultdict(dict)
    resources = b""
    for data in _application_segments(span):
        if data.startswith(PHOTOSHOP_HEAD):
            resources += data.removeprefix(PHOTOSHOP_HEAD)
        elif data.startswith(MORE_XMP_HEAD):
            rest = data.removeprefix(MORE_XMP_HEAD)
            more_xmp[rest[:32]][int.from_bytes(rest[36:40])] = rest[40:]
        else:
            yield from in_app1(data)
    for parts in more_xmp.values():
        yield Block(Kind.XMP, b"".join(part for _, part in sorted(parts.items())))
    yield from in_photoshop_resources(resources)


def _application_segments(span: Span) -> list[bytes]:
    """Return the segments APP1 and APP13 before the picture itself."""
    segments: list[bytes] = []
    span.go_to(2)
    try:
        while (marker := _next_marker(span)) not in (0xD9, 0xDA):
            if marker == 0x01 or 0xD0 <= marker <= 0xD7:
                continue
            (length,) = span.numbers(">H")
            if marker in (0xE1, 0xED):
                segments.append(span.take(length - 2))
            else:
                span.skip(length - 2)
    except EOFError:
        pass
    return segments


def _next_marker(span: Span) -> int:
    start, code = span.take(2)
    while code == 0xFF:
        (code,) = span.take(1)
    if start != 0xFF:
        raise EOFError
    return code


def in_app1(data: bytes) -> Iterator[Block]:
    if data.startswith(EXIF_HEAD):
        yield Block(Kind.EXIF, data.removeprefix(EXIF_HEAD))
    elif data.startswith(XMP_HEAD):
        yield Block(Kind.XMP, data.removeprefix(XMP_HEAD))


def in_photoshop_resources(data: bytes) -> Iterator[Block]:
    """Yield the IPTC among Photoshop's image resources."""
    span = Span(io.BytesIO(data))
    while data[span.tell() : span.tell() + 4] == b"8BIM":
        span.skip(4)
        number, name_length = span.numbers(">HB")
        span.skip(name_length + (name_length + 1) % 2)  # name and its length fill an even number
        (size,) = span.numbers(">I")
        if number == 0x0404:
            yield Block(Kind.IPTC, span.take(size))
        else:
            span.skip(size)
        span.skip(size % 2)
