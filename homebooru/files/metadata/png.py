"""Metadata in PNG: texts, and profiles written as texts."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from homebooru.files.metadata.blocks import (
    BROKEN,
    EXIF_HEAD,
    MAX_BYTES,
    Block,
    Kind,
    Span,
    until_broken,
)
from homebooru.files.metadata.jpeg import PHOTOSHOP_HEAD, in_app1, in_photoshop_resources

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def in_png(span: Span) -> Iterator[Block]:
    span.go_to(len(PNG_HEAD))
    while True:
        length, name = span.numbers(">I4s")
        if name in (b"tEXt", b"zTXt", b"iTXt"):
            yield from _in_png_text(span, name, span.take(length))
        elif name == b"eXIf":
            yield Block(Kind.EXIF, span.take(length).removeprefix(EXIF_HEAD))
        elif name == b"IEND":
            return
        else:
            span.skip(length)
        span.skip(4)


def _in_png_text(span: Span, form: bytes, data: bytes) -> Iterator[Block]:
    keyword, _, rest = data.partition(b"\0")
    if not _is_telling(keyword):
        return
    try:
        text = _png_text(form, rest)
    except BROKEN:
        return
    span.spend(len(text))
    if keyword == b"XML:com.adobe.xmp":
        yield Block(Kind.XMP, text)
    elif keyword == b"Description":
        utf8 = text if form == b"iTXt" else text.decode("latin-1").encode()
        yield Block(Kind.DESCRIPTION, utf8)
    else:
        yield from until_broken(_in_raw_profile(keyword, text))


def _is_telling(keyword: bytes) -> bool:
    return keyword in (b"XML:com.adobe.xmp", b"Description") or keyword.startswith(b"Raw profile")


def _png_text(form: bytes, rest: bytes) -> bytes:
    if form == b"tEXt":
        return rest
    if form == b"zTXt":
        return _inflate(rest[1:])
    _language, _, translated = rest[2:].partition(b"\0")
    _keyword, _, text = translated.partition(b"\0")
    return _inflate(text) if rest[:1] == b"\1" else text


def _inflate(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, MAX_BYTES // 2)


def _in_raw_profile(keyword: bytes, text: bytes) -> Iterator[Block]:
    """Yield what ImageMagick and others pack into PNG as a name, a length and hexadecimals."""
    _, _, digits = text.strip().split(b"\n", 2)
    data = bytes.fromhex(digits.decode("ascii"))
    match keyword.split()[-1].lower():
        case b"xmp":
            yield Block(Kind.XMP, data)
        case b"exif" | b"app1":
            named = list(in_app1(data))
            yield from named or [Block(Kind.EXIF, data)]
        case b"iptc":
            resources = data.removeprefix(PHOTOSHOP_HEAD)
            named = list(in_photoshop_resources(resources))
            yield from named or [Block(Kind.IPTC, data)]
