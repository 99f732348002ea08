"""Which of many texts fit a pattern, looked for in all of them at once.

The texts stand one behind another, each with a zero byte as its end; `*` stands for anything,
as `%` does for LIKE. UTF-8 is such that bytes of one letter are never found inside another.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Starts = NDArray[np.int32] | Rows
Bytes = NDArray[np.uint8]

NO_ROWS: Rows = np.empty(0, np.int64)
ANY = b"*"
END = 0
SAMPLE = 4096  # bytes of all by which the rarest one of a piece is chosen
AT_ONCE = 1 << 14  # texts
RARE = 64  # one place in so many: then they are looked at one by one


def starts_of(texts: Bytes) -> Rows:
    """Return where each text begins, and where the next one would."""
    return np.concatenate(([0], np.flatnonzero(texts == END) + 1))


def gathered(texts: Bytes, starts: Starts, rows: Rows) -> Bytes:
    """Return some texts one behind another, their ends with them."""
    lengths = starts[rows + 1] - starts[rows]
    ends = np.cumsum(lengths)
    places = np.repeat(starts[rows] - ends + lengths, lengths) + np.arange(lengths.sum())
    some: Bytes = texts[places]
    return some


def fitting(texts: Bytes, starts: Starts, stems: NDArray[np.int32], pattern: bytes) -> Rows:
    """Return the rows of which the text fits a pattern, or the first `stems` bytes of it do.

    They are looked at in parts that stay in the processor's cache.
    """
    fits = [NO_ROWS]
    for first in range(0, len(starts) - 1, AT_ONCE):
        some = starts[first : first + AT_ONCE + 1].astype(np.int64)
        here = texts[some[0] : some[-1]]
        rows = _fitting(here, some - some[0], stems[first : first + AT_ONCE], pattern)
        fits.append(rows + first)
    return np.concatenate(fits)


def _fitting(texts: Bytes, starts: Rows, stems: NDArray[np.int32], pattern: bytes) -> Rows:
    """Return the rows that fit.

    Each piece is looked for as early as it may stand, which leaves most room for the next ones.
    """
    first, *pieces = pattern.split(ANY)
    if not first and len(pieces) == 2 and pieces[0] and not pieces[1]:
        return _having(texts, starts, pieces[0])
    rows = np.arange(len(starts) - 1)
    if first:
        rows = rows[_stands(texts, first, starts[:-1], starts[1:] - 1 - len(first))]
    after = starts[rows] + len(first)
    for piece in filter(None, pieces[:-1]):
        places = _places(texts, piece)
        if len(places) < len(rows) // 2:  # then most rows need not be looked at
            kept = np.zeros(len(starts), np.bool_)
            kept[_rows_of(starts, places)] = True
            rows, after = rows[kept[rows]], after[kept[rows]]
        earliest = np.append(places, len(texts))[np.searchsorted(places, after)]
        kept = earliest < starts[rows + 1]
        rows, after = rows[kept], earliest[kept] + len(piece)
    last = pieces[-1] if pieces else b""
    if pieces and not last:
        return rows
    if len(rows) == len(starts) - 1 and len(last) > 1:
        rows = _having(texts, starts, last)
        after = starts[rows] + len(first)
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


def _having(texts: Bytes, starts: Rows, piece: bytes) -> Rows:
    """Return the rows in which a piece stands anywhere."""
    marks, left = _marked(texts, piece)
    rows = len(starts) - 1
    if rows and not left and np.count_nonzero(marks) > rows // 4:
        return np.flatnonzero(np.bitwise_or.reduceat(marks.view(np.uint8), starts[:-1]))
    having = np.zeros(rows, np.bool_)
    having[_rows_of(starts, _looked_at(texts, piece, marks, left))] = True
    return np.flatnonzero(having)


def _rows_of(starts: Rows, places: Rows) -> Rows:
    return np.searchsorted(starts, places, "right") - 1


def _places(texts: Bytes, piece: bytes) -> Rows:
    """Return all places where a piece stands."""
    return _looked_at(texts, piece, *_marked(texts, piece))


def _marked(texts: Bytes, piece: bytes) -> tuple[NDArray[np.bool_], list[int]]:
    """Mark the places where the rarest bytes of a piece stand, until they are few.

    Return also which of its bytes are left to be looked at there.
    """
    often = np.bincount(texts[:: max(1, len(texts) // SAMPLE)], minlength=256)
    left = sorted(range(len(piece)), key=lambda step: -int(often[piece[step]]))
    inside = max(0, len(texts) - len(piece) + 1)
    marks = np.zeros(len(texts), np.bool_)
    first = left.pop()
    np.equal(texts[first : inside + first], piece[first], out=marks[:inside])
    while left and np.count_nonzero(marks) * RARE > len(texts):
        step = left.pop()
        marks[:inside] &= texts[step : inside + step] == piece[step]
    return marks, left


def _looked_at(texts: Bytes, piece: bytes, marks: NDArray[np.bool_], left: list[int]) -> Rows:
    places = np.flatnonzero(marks)
    for step in reversed(left):
        places = places[texts[places + step] == piece[step]]
    return places
