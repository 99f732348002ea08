"""Finds where in a picture another one lies that is a part of it, by cross-correlation.

The part is tried at several sizes; for each, one transform tells how alike it is to every place
(Lewis, Fast Normalized Cross-Correlation, 1995).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Numbers = NDArray[np.floating[Any]]
Box = tuple[int, int, int, int]

SIDE = 72
SIZES = 0.955 ** np.arange(16)  # of the side that fits; the smallest is half of it
SMALLEST = 12
ENOUGH = 0.85
GLANCE, WORTH = 40, 0.6  # what is no part at all is seen on less
PLAIN = 6.0  # steps of 255 by which a part has to vary, to be told from anything
STEPS = (2.0, 1.0, 0.5, 0.25)  # by which edges are shifted, in pixels of twice SIDE


@dataclass(frozen=True, slots=True)
class Ground:
    """What parts are looked for in: the waves of its lightness, and sums over any window."""

    shape: tuple[int, int]
    waves: NDArray[np.complexfloating[Any, Any]]
    sums: Numbers
    squares: Numbers

    def window(self, sums: Numbers, high: int, wide: int) -> Numbers:
        """Return the sum over each window of a size."""
        found: Numbers = (
            sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        )
        return found


def find_part(whole: Image.Image, part: Image.Image) -> Box | None:
    """Return where a part lies in a picture, in the pixels of that; None where it does not."""
    if _best(whole, part, GLANCE, SIZES[::2]).likeness < WORTH:
        return None
    best = _best(whole, part, SIDE, SIZES)
    return _refined(whole, part, best.box) if best.likeness > ENOUGH else None


@dataclass(frozen=True, slots=True)
class _Fit:
    likeness: float
    box: list[float]


def _best(whole: Image.Image, part: Image.Image, side: int, shares: Numbers) -> _Fit:
    """Return where a part fits best at some sizes, looked at in a picture of a longer side."""
    scale = side / max(whole.size)
    ground = _ground(
        _grey(whole, max(8, round(whole.width * scale)), max(8, round(whole.height * scale)))
    )
    part = _lessened(part, side)
    best = _Fit(0.0, [])
    for width, height in _sizes(ground.shape, part, shares):
        likeness, top, left = _place(ground, _grey(part, width, height))
        if likeness > best.likeness:
            box = [edge / scale for edge in (left, top, left + width, top + height)]
            best = _Fit(likeness, box)
    return best


def _lessened(part: Image.Image, side: int) -> Image.Image:
    """Return a part as large as is needed to be made smaller many times."""
    times = max(part.size) // (2 * side)
    return part.convert("L").reduce(times) if times > 1 else part.convert("L")


def _sizes(ground: tuple[int, int], part: Image.Image, shares: Numbers) -> list[tuple[int, int]]:
    """Return how large the part may be, as it fits into the ground."""
    height, width = ground
    fit = min(width / part.width, height / part.height)
    sizes = {(round(part.width * fit * one), round(part.height * fit * one)) for one in shares}
    least = SMALLEST * max(ground) // SIDE
    return sorted((size for size in sizes if min(size) >= least), reverse=True)


def _grey(image: Image.Image, width: int, height: int) -> Numbers:
    small = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(small.convert("L"), np.float32)


def _ground(light: Numbers) -> Ground:
    high, wide = light.shape
    return Ground((high, wide), np.fft.rfft2(light), _summed(light), _summed(light * light))


def _summed(values: Numbers) -> Numbers:
    return np.pad(values.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))


def _place(ground: Ground, part: Numbers) -> tuple[float, int, int]:
    """Return how alike a part is where it fits best, and where that is."""
    centred = part - part.mean()
    length = float(np.sqrt((centred * centred).sum()))
    if length < PLAIN * np.sqrt(part.size):
        return 0.0, 0, 0
    high, wide = part.shape
    products = np.fft.irfft2(
        ground.waves * np.conj(np.fft.rfft2(centred, ground.shape)), ground.shape
    )
    sums = ground.window(ground.sums, high, wide)
    spread = ground.window(ground.squares, high, wide) - sums * sums / part.size
    likeness = products[: sums.shape[0], : sums.shape[1]] / length
    likeness /= np.sqrt(np.maximum(spread, PLAIN**2 * part.size))
    place = int(likeness.argmax())
    return float(likeness.flat[place]), place // sums.shape[1], place % sums.shape[1]


def _refined(whole: Image.Image, part: Image.Image, box: list[float]) -> Box:
    """Shift the edges of a box, one by one, as long as it fits better."""
    fine = 2 * SIDE / max(whole.size)
    ground = Image.fromarray(
        _grey(whole, max(8, round(whole.width * fine)), max(8, round(whole.height * fine)))
    )
    edges = [edge * fine for edge in box]
    piece = _grey(part, max(8, round(edges[2] - edges[0])), max(8, round(edges[3] - edges[1])))
    best = _likeness(ground, edges, piece)
    for step in STEPS:
        for edge in (0, 2, 1, 3):
            for move in (-step, step):
                tried = [*edges]
                tried[edge] += move
                if (likeness := _likeness(ground, tried, piece)) > best:
                    best, edges = likeness, tried
    left, top, right, bottom = (round(edge / fine) for edge in edges)
    return max(0, left), max(0, top), min(whole.width, right), min(whole.height, bottom)


def _likeness(ground: Image.Image, edges: list[float], piece: Numbers) -> float:
    left, top, right, bottom = edges
    if left < 0 or top < 0 or right > ground.width or bottom > ground.height:
        return 0.0
    size = (piece.shape[1], piece.shape[0])
    there = ground.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))
    return float(np.corrcoef(np.asarray(there, np.float32).ravel(), piece.ravel())[0, 1])
