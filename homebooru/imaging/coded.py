"""What the coded form of a picture tells without decoding it.

A walk over the segments of JPEG, PNG, GIF and WebP gives their frames and durations, however
many there are, and the digest of the picture's data alone. Words and thumbnails that other
tools write into a file (EXIF, XMP, IPTC, comments, colour profiles) are left out of it, so two
files of one digest show the same pixels, and a digest outlives every edit of metadata. It costs
a hash of the file, where hashing decoded pixels would cost a full decode (a PNG is decoded whole
anyway, and its digest is that of its pixels unless it moves).
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from homebooru.imaging.sniffing import Kind

MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither stuffing nor restart nor filler
START_OF_SCAN, END_OF_IMAGE, ADOBE, COMMENT = 0xDA, 0xD9, 0xEE, 0xFE
PICTURE_CHUNKS = frozenset([b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"])
FRAME, EXTENSION, TIMING = 0x2C, 0x21, 0xF9
ANIMATED = 0x02
PADDING = bytes(4)  # where a chunk's name should be: zeros that were put behind the picture
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


@dataclass(slots=True)
class Coded:
    """What a walk found; `delays` are those of the frames, in seconds, as browsers show them."""

    pieces: hashlib._Hash = field(default_factory=hashlib.sha256)
    frames: int = 0
    delays: float = 0.0
    scans: int = 0

    @property
    def duration(self) -> float | None:
        return round(self.delays, 3) if self.frames > 1 else None

    def digest(self, orientation: int) -> bytes:
        """Return the digest; a picture that is to be turned shows other pixels."""
        self.pieces.update(b"turned %d" % orientation)
        return self.pieces.digest()


def walk(kind: Kind, data: bytes) -> Coded | None:
    """Walk over a file's data; None for kinds that only decoding tells anything about."""
    walker = WALKERS.get(kind)
    if walker is None:
        return None
    found = Coded()
    found.pieces.update(kind.encode())
    walker(data, found)
    found.frames = max(1, found.frames)
    return found


def _walk_jpeg(data: bytes, found: Coded) -> None:
    view, position = memoryview(data), 2
    while marker := MARKER.search(data, position):
        start, code = marker.start(), data[marker.start() + 1]
        if code == END_OF_IMAGE:
            return
        position = end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if code == START_OF_SCAN:
            found.scans += 1
            following = MARKER.search(data, end)
            position = end = following.start() if following else len(data)
        if code == ADOBE or not (0xE0 <= code <= 0xEF or code == COMMENT):
            found.pieces.update(view[start:end])


def _walk_png(data: bytes, found: Coded) -> None:
    view, position = memoryview(data), 8
    while position + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        chunk = view[position + 8 : position + 8 + length]
        if name == b"IEND":
            return
        if name in PICTURE_CHUNKS:
            found.pieces.update(name)
            found.pieces.update(chunk)
        if name == b"fcTL" and len(chunk) >= 24:
            found.frames += 1
            over, under = struct.unpack_from(">HH", chunk, 20)
            found.delays += over / (under or 100)
        position += length + 12


def _walk_gif(data: bytes, found: Coded) -> None:
    view, delay = memoryview(data), 0
    position = 13 + _table_size(data, 10)
    found.pieces.update(view[6:position])
    while position + 1 < len(data):
        start, block, label = position, data[position], data[position + 1]
        if block == FRAME:
            position = _skip_blocks(data, start + 11 + _table_size(data, start + 9))
            found.frames += 1
            found.delays += _shown_delay(delay)
            delay = 0
        elif block == EXTENSION:
            position = _skip_blocks(data, start + 2)
        else:
            return
        if block == EXTENSION and label == TIMING:
            delay = int.from_bytes(data[start + 4 : start + 6], "little")
        if block == FRAME or _matters(data, start):
            found.pieces.update(view[start:position])


def _table_size(data: bytes, flags: int) -> int:
    packed = data[flags] if flags < len(data) else 0
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _skip_blocks(data: bytes, position: int) -> int:
    while position < len(data) and (length := data[position]):
        position += length + 1
    return position + 1


def _shown_delay(hundredths: int) -> float:
    return (hundredths if hundredths > 1 else 10) / 100  # browsers slow down the hasty ones


def _matters(data: bytes, extension: int) -> bool:
    label = data[extension + 1]
    return label not in (0xFE, 0xFF) or data[extension + 3 : extension + 14] in LOOPS


def _walk_webp(data: bytes, found: Coded) -> None:
    for name, chunk in _riff_chunks(data):
        if name == b"VP8X" and len(chunk) == 10 and chunk[0] & ANIMATED:
            found.pieces.update(chunk[4:10])
        elif name in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"):  # codespell:ignore alph
            found.pieces.update(name)
            found.pieces.update(chunk)
        if name == b"ANMF":
            found.frames += 1
            found.delays += int.from_bytes(chunk[12:15], "little") / 1000


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view, position = memoryview(data), 12
    while position + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, position)
        if name == PADDING:
            return
        yield name, view[position + 8 : position + 8 + length]
        position += 8 + length + (length & 1)


WALKERS: dict[Kind, Callable[[bytes, Coded], None]] = {
    Kind.JPEG: _walk_jpeg,
    Kind.PNG: _walk_png,
    Kind.GIF: _walk_gif,
    Kind.WEBP: _walk_webp,
}
