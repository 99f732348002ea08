"""Where metadata lies in picture files: the blocks are cut out, no pixel is decoded."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, BinaryIO

MAX_BYTES = 32 * 1024 * 1024
MAX_STEPS = 2_000_000

EXIF_HEAD = b"Exif\0\0"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
MORE_XMP_HEAD = b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP_HEAD = b"Photoshop 3.0\0"
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
BROKEN = (EOFError, struct.error, zlib.error, ValueError, OverflowError)


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


def find_blocks(file: BinaryIO) -> Iterator[Block]:
    """Yield the blocks of metadata in a file; of a broken one, those before the break."""
    file.seek(0)
    head = file.read(16)
    find = next((find for looks, find in FORMATS if looks.match(head)), None)
    if find is not None:
        yield from until_broken(find(Span(file)))


def until_broken(blocks: Iterator[Block]) -> Iterator[Block]:
    try:
        yield from blocks
    except BROKEN:
        return


def is_tiff(file: BinaryIO) -> bool:
    """Tell whether a file is a TIFF, which is to EXIF what a book is to a page."""
    file.seek(0)
    return file.read(4) in (b"II*\0", b"MM\0*")


def _in_jpeg(span: Span) -> Iterator[Block]:
    more_xmp: defaultdict[bytes, dict[int, bytes]] = defaultdict(dict)
    resources = b""
    for data in _application_segments(span):
        if data.startswith(PHOTOSHOP_HEAD):
            resources += data.removeprefix(PHOTOSHOP_HEAD)
        elif data.startswith(MORE_XMP_HEAD):
            rest = data.removeprefix(MORE_XMP_HEAD)
            more_xmp[rest[:32]][int.from_bytes(rest[36:40])] = rest[40:]
        else:
            yield from _in_app1(data)
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


def _in_app1(data: bytes) -> Iterator[Block]:
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


def _in_png(span: Span) -> Iterator[Block]:
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
            named = list(_in_app1(data))
            yield from named or [Block(Kind.EXIF, data)]
        case b"iptc":
            resources = data.removeprefix(PHOTOSHOP_HEAD)
            named = list(in_photoshop_resources(resources))
            yield from named or [Block(Kind.IPTC, data)]


def _in_webp(span: Span) -> Iterator[Block]:
    span.go_to(12)
    while True:
        name, length = span.numbers("<4sI")
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


def _in_boxes(span: Span) -> Iterator[Block]:
    """Yield what lies in the boxes of HEIC, AVIF, JPEG XL and MP4."""
    while True:
        name, size = _box(span)
        end = span.tell() + size
        if name == b"xml ":
            yield Block(Kind.XMP, span.take(size))
        elif name == b"Exif":
            yield from _exif_after_offset(span.take(size))
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


def _exif_after_offset(data: bytes) -> Iterator[Block]:
    start = 4 + int.from_bytes(data[:4])
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


FORMATS: list[tuple[re.Pattern[bytes], Callable[[Span], Iterator[Block]]]] = [
    (re.compile(rb"\xff\xd8"), _in_jpeg),
    (re.compile(re.escape(PNG_HEAD)), _in_png),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), _in_webp),
    (re.compile(rb"GIF8[79]a"), _in_gif),
    (re.compile(rb"....ftyp", re.DOTALL), _in_boxes),
    (re.compile(rb"\0\0\0\x0cJXL "), _in_boxes),
]
