"""Sizes, frames and durations that are told by headers which Pillow does not read for us."""

from __future__ import annotations

import struct
from collections.abc import Iterator

MOST_PAGES = 10_000
CONTAINERS = frozenset([b"moov", b"trak", b"mdia", b"minf", b"stbl"])
JXL_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}


def sequence_of(data: bytes) -> tuple[int, float | None]:
    """Return the frames and seconds of the longest track in an AVIF or HEIC file."""
    frames, seconds = 1, None
    timescale, length = 0, 0
    for name, box in _boxes(data, 0, len(data)):
        if name == b"mdhd":
            form = ">20xIQ" if box[:1] == b"\x01" else ">12xII"
            timescale, length = struct.unpack_from(form, box.ljust(32, b"\x00"))
        if name == b"stsz" and len(box) >= 12 and timescale:
            samples = int.from_bytes(box[8:12], "big")
            if samples > frames:
                frames, seconds = samples, round(length / timescale, 3)
    return frames, seconds


def _boxes(data: bytes, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    while start + 8 <= end and depth <= len(CONTAINERS):
        length, name = struct.unpack_from(">I4s", data, start)
        inner = start + 8
        if length == 1 and inner + 8 <= end:
            length, inner = int.from_bytes(data[inner : inner + 8], "big"), inner + 8
        stop = min(start + length if length else end, end)
        if stop < inner:
            return
        if name in CONTAINERS:
            yield from _boxes(data, inner, stop, depth + 1)
        elif name in (b"mdhd", b"stsz"):
            yield name, data[inner : min(stop, inner + 64)]
        start = stop


def pages_of(data: bytes) -> int:
    """Count the pages of a TIFF, as far as its chain of directories holds."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\x00", b"\x00+")
    count_form, entry, offset_form = ("Q", 20, "Q") if big else ("H", 12, "I")
    seen: set[int] = set()
    try:
        (position,) = struct.unpack_from(order + offset_form, data, 8 if big else 4)
        while position and position not in seen and len(seen) < MOST_PAGES:
            seen.add(position)
            (entries,) = struct.unpack_from(order + count_form, data, position)
            following = position + struct.calcsize(order + count_form) + entries * entry
            (position,) = struct.unpack_from(order + offset_form, data, following)
    except struct.error:
        pass  # broken off: what was counted counts
    return max(1, len(seen))


def jxl_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG XL, which its decoder tells only after decoding."""
    start = data.find(b"\xff\x0a", 0, 1 << 20)
    if start < 0:
        return None
    bits = _Bits(int.from_bytes(data[start + 2 : start + 18], "little"))
    small = bits.take(1)
    height = _jxl_side(bits, small)
    ratio = bits.take(3)
    if ratio:
        over, under = JXL_RATIOS[ratio]
        return height * over // under, height
    return _jxl_side(bits, small), height


def _jxl_side(bits: _Bits, small: int) -> int:
    if small:
        return (bits.take(5) + 1) * 8
    return bits.take((9, 13, 18, 30)[bits.take(2)]) + 1


class _Bits:
    """A number read from its lowest bit on."""

    def __init__(self, number: int) -> None:
        self._number = number

    def take(self, count: int) -> int:
        taken = self._number & ((1 << count) - 1)
        self._number >>= count
        return taken
