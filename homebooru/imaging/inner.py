"""Where a picture lies within plain borders and captions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Numbers = NDArray[np.floating[Any]]
Pixels = NDArray[np.int16]
Box = tuple[float, float, float, float]

SIDE = 128
TOLERANCE = 14  # how far paper may be from its colour, of 255
STRAY = 0.004  # of what differs may lie outside: noise of a codec, a softened edge
CLEAN = 0.3  # how far a row of paper differs, in the mean
LINE, BAND = 0.15, 0.3  # of the height: a text at most, and how far in it may end
LEAST = 0.35  # of a side, that has to be left of a picture
BORDERS = 3


def inner_box(image: Image.Image) -> Box:
    """Return where nearly all of a picture is, border by border, unless little would be left."""
    box: Box = (0.0, 0.0, float(image.width), float(image.height))
    for _ in range(BORDERS):
        inside = _inside(image, box)
        if inside == box:
            break
        box = inside
    return box


def _inside(image: Image.Image, box: Box) -> Box:
    small = image.resize((SIDE, SIDE), Image.Resampling.BOX, box=box)
    pixels = np.asarray(small, np.int16)
    top, bottom = _kept(_above_text(pixels), _above_text(pixels[::-1]))
    columns = pixels[top:bottom].transpose(1, 0, 2)
    left, right = _kept(_paper(columns), _paper(columns[::-1]))
    across, down = (box[2] - box[0]) / SIDE, (box[3] - box[1]) / SIDE
    return (
        box[0] + left * across,
        box[1] + top * down,
        box[0] + right * across,
        box[1] + bottom * down,
    )


def _kept(before: int, behind: int) -> tuple[int, int]:
    end = SIDE - behind
    return (before, end) if end - before >= LEAST * SIDE else (0, SIDE)


def _differing(lines: Pixels) -> Numbers:
    """Return by how much each line differs from the colour of the first one, in the mean."""
    colour = np.median(lines[0], axis=0)
    found: Numbers = np.maximum(np.abs(lines - colour).max(2) - TOLERANCE, 0).mean(1)
    return found


def _paper(lines: Pixels) -> int:
    """Return how many lines there are before nearly all of that which is not paper."""
    return _clear(_differing(lines))


def _clear(differing: Numbers) -> int:
    so_far = np.cumsum(differing) / max(float(differing.sum()), 1 / SIDE)
    return int(np.searchsorted(so_far, STRAY))


def _above_text(lines: Pixels) -> int:
    """Return how many lines there are before the picture: paper, and a text that stands apart."""
    differing = _differing(lines)
    begins = _clear(differing)
    is_clean = np.append(differing < CLEAN, True)  # so that even a plain picture ends
    ends = begins + int(np.argmax(is_clean[begins:]))
    if not 0 < ends - begins <= LINE * SIDE or ends > BAND * SIDE:
        return begins
    gap = int(np.argmin(is_clean[ends:]))
    return ends + gap if gap else begins
