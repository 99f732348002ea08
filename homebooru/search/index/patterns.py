"""Which of many texts fit a pattern, looked for in all of them at once.

The texts stand one behind another, each with a zero byte as its end; `*` stands for anything,
as `%` does for LIKE. UTF-8 is such that bytes of one letter are never found inside another.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Bytes = NDArray[np.uint8]

ANY = b"*"
END = 0
SAMPLE = 4096  # bytes of all by which the rarest one of a piece is chosen


def starts_of(texts: Bytes) -> Rows:
    """Return where each text begins, and where the next one would."""
    return np.concatenate(([0], np.flatnonzero(texts == END) + 1))


def gathered(texts: Bytes, starts: Rows, rows: Rows) -> Bytes:
    """Return some texts one behind another, their ends with them."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    places = np.repeat(starts[rows] - ends + lengths, lengths) + np.arange(lengths.sum())
    some: Bytes = texts[places]
    return some


def fitting(texts: Bytes, starts: Rows, stems: NDArray[np.int32], pattern: bytes) -> Rows:
    """Return the rows of which the text fits a pattern, or the first `stems` bytes of it do.

    Each piece is looked for as early as it may stand, which leaves most room for the next ones.
    """
    first, *pieces = pattern.split(ANY)
    rows = np.arange(len(starts) - 1)
    if first:
        rows = rows[_stands(texts, first, starts[:-1], starts[1:] - 1 - len(first))]
    after = starts[rows] + len(first)
    for piece in filter(None, pieces[:-1]):
        places = _places(texts, piece)
        if len(places) < len(rows):  # then most rows need not be looked at
            with_it = np.searchsorted(starts, places, "right") - 1
            kept = np.zeros(len(starts), np.bool_)
            kept[with_it] = True
            rows, after = rows[kept[rows]], after[kept[rows]]
        earliest = np.append(places, len(texts))[np.searchsorted(places, after)]
        kept = earliest < starts[rows + 1]
        rows, after = rows[kept], earliest[kept] + len(piece)
    last = pieces[-1] if pieces else b""
    if pieces and not last:
        return rows
    fits = np.zeros(len(rows), np.bool_)
    for ends in (starts[rows + 1] - 1, starts[rows] + stems[rows]):
        at = ends - len(last)
        fits |= _stands(texts, last, at, at) & (at >= after) if pieces else at == after
    return rows[fits]


def as_expression(pattern: bytes) -> re.Pattern[bytes]:
    """Return what matches the folders that fit a pattern, and those below them.

    A piece that was found is never looked for anew, so that no pattern takes long.
    """
    first, *pieces = map(re.escape, pattern.split(ANY))
    between = b"".join(b"(?>.*?%b)" % piece for piece in pieces[:-1])
    last = b".*" + pieces[-1] if pieces else b""
    return re.compile(first + between + last + b"(?:/.*)?", re.DOTALL)


def _stands(texts: Bytes, piece: bytes, at: Rows, latest: Rows) -> NDArray[np.bool_]:
    """Tell at which of some places a piece stands; none of them may be later than `latest`."""
    stands = (at >= 0) & (at <= latest)
    for step, byte in enumerate(piece):
        left = np.flatnonzero(stands)
        stands[left] = texts[at[left] + step] == byte
    return stands


def _places(texts: Bytes, piece: bytes) -> Rows:
    """Return all places where a piece stands, beginning with those of its rarest byte."""
    often = np.bincount(texts[:: max(1, len(texts) // SAMPLE)], minlength=256)
    steps = sorted(range(len(piece)), key=lambda step: int(often[piece[step]]))
    rarest = steps[0]
    last = len(texts) - len(piece)
    places = np.flatnonzero(texts[rarest : max(0, last + 1) + rarest] == piece[rarest])
    for step in steps[1:]:
        places = places[texts[places + step] == piece[step]]
    return places
