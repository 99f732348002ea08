"""Looks at two pictures side by side: the same one, saved otherwise, or one that differs somewhere.

Both are brought to one size and compared cell by cell. Compression leaves a little everywhere;
whoever takes a text away, or puts one there, changes a few cells and leaves the rest. The
thresholds are measured (`scripts/bench/duplicates`; the table is in ARCHITECTURE.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from math import log, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageOps

from homebooru.domain.duplicates.kinds import Comparison, Kind
from homebooru.imaging.placing import find_part

Numbers = NDArray[np.floating[Any]]

SIDE, LEAST = 240, 40  # of the common size
FINE = 720  # where both are large enough: small signatures show here
CELL, SMALL_CELL = 10, 4
LOOSE = 0.03  # how far ratios of sides may be apart
STRAY = 5.0  # what a cell may be off by compression alone, beside what most cells are off
SCATTER = 3.0  # ... as many times
STRAY_COLOUR = 14.0
RECOLOURED = 8.0
SPECK, COLOUR_SPECK = 10.0, 12.0  # what a small cell may be off by in a copy
BLURRED, BLURRED_COLOUR = 0.15, 0.25  # ... and beside that in parts of how much is to be seen
SPREAD = 0.1  # of lightness, where colours are kept on less pixels
NOISY, NOISY_COLOUR, SCATTERED = 3.0, 5.0, 2.0  # times what cells are off everywhere, or there
NOISIEST, NOISIEST_THERE = 5.0, 3.0
PLAIN = 4.0  # steps of 255 by which a cell varies in which there is nothing
TOUCHED = 0.4  # of the cells may differ in a picture that was retouched
AGREED = 0.5  # of what is to be seen has to be the same
COPIED, KEPT = 0.025, 0.5  # what may be left of a picture's variance in a copy, and at all
FAINT = 8.0  # steps of 255 by which a picture varies of which compression may leave little
ALIKE, SHAPED = 0.97, 0.96  # correlation of lightness, and of outlines, in other light
OUTLINED, TURNED = 0.7, 0.95  # ... of outlines and of brightness, where colours were turned
FITTING = 0.04  # of a part and where it was found: what may be left
WHOLE = 0.97  # of a picture is no part of it
GLANCE, WORTH = 32, 0.4  # correlation on very little, below which nobody looks closer


@dataclass(frozen=True, slots=True)
class Cells:
    """How two pictures of one size differ, by cells, in steps of 255.

    `light` is how far lightness is off, `fitted` what is left of that once both are equally light
    and rich in contrast, `colour` how far colours are off; `detail` how much there is to be seen.
    `left` is how much of all that is to be seen is not the same: none in a copy, 2 in what has
    nothing in common, however faint it is. `correlation` is that of lightness, `outlines` that of where it changes, `brightest` that of
    the brightest colours, which stay as they are when hues are turned.
    """

    light: Numbers
    fitted: Numbers
    colour: Numbers
    detail: Numbers
    left: float
    correlation: float
    outlines: float
    brightest: float


def compare(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Tell what one picture is of the other; None where they are not the same at all.

    Both are opaque RGB, upright, and not larger than thumbnails are.
    """
    if _is_of_one_shape(one, other):
        here, there = _glance(one), _glance(other)
        if _resemble(here, there) and (found := _aligned(one, other)):
            return found
        if _resemble(here, there[:, ::-1]) and (found := _aligned(one, ImageOps.mirror(other))):
            return Comparison(Kind.MIRRORED, found.difference, found.share)
    return _part(one, other)


def _glance(image: Image.Image) -> Numbers:
    """Return lightness and the brightest of the three colours, on very little."""
    small = image.resize((GLANCE, GLANCE), Image.Resampling.BOX, reducing_gap=2.0)
    return np.stack([np.asarray(small.convert("L"), np.float32), _brightest(small)], -1)


def _resemble(here: Numbers, there: Numbers) -> bool:
    """Tell whether pictures may be the same in some light: what has nothing in common is not."""
    alike = [_correlation(here[..., plane], there[..., plane]) for plane in (0, 1)]
    outlines = _correlation(_edges(here[..., 0]), _edges(there[..., 0]))
    return max(*alike, outlines) > WORTH


def _correlation(here: Numbers, there: Numbers) -> float:
    """Return how alike two planes are, whatever their lightness and contrast."""
    here, there = here - here.mean(), there - there.mean()
    spread = float((here * here).sum()) * float((there * there).sum())
    return float((here * there).sum()) / sqrt(spread + 1e-6)


def _is_of_one_shape(one: Image.Image, other: Image.Image) -> bool:
    ratio = (one.width * other.height) / (one.height * other.width)
    return abs(log(ratio)) < max(LOOSE, 1.5 / min(*one.size, *other.size))


def _aligned(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Compare pictures that lie on top of each other; a copy is looked at more closely."""
    smaller = min(max(one.size), max(other.size))
    found = judge(cells_of(one, other, _side(smaller, SIDE)))
    if found is not None and found.kind is Kind.COPY:
        return _closely(one, other, max(LEAST, min(smaller, FINE)))
    return found


def _closely(one: Image.Image, other: Image.Image, side: int) -> Comparison:
    """Tell a copy from what differs in a small place: a signature, the next frame of a film.

    What compression and another size do to a few pixels evens out among them, or grows with how
    much there is to be seen; it is more where it is more everywhere.
    """
    first, second = (_planes(image) for image in _of_one_size(one, other, side))
    off = np.abs(_by_cells(first - second, SMALL_CELL))
    detail = np.maximum(_detail(first, SMALL_CELL), _detail(second, SMALL_CELL))
    seen = detail[..., 0] > PLAIN
    light = np.maximum(off[..., 0] - BLURRED * detail[..., 0], 0)
    beside = BLURRED_COLOUR * detail[..., 1:] + SPREAD * detail[..., :1]
    colour = np.maximum(off[..., 1:] - beside, 0).max(-1)
    differs = light > SPECK + _noise(light, seen, NOISY)
    differs |= colour > COLOUR_SPECK + _noise(colour, seen, NOISY_COLOUR)
    kind = Kind.RETOUCHED if differs.any() else Kind.COPY
    return Comparison(kind, float(off.max()), float(differs.mean()))


def _noise(off: Numbers, seen: NDArray[np.bool_], times: float) -> float:
    """Return how far off a few cells are where all are a little, or those with something to see."""
    everywhere = float(np.quantile(off, 0.75))
    there = float(np.quantile(off[seen], 0.75)) if seen.any() else 0.0
    return max(times * min(everywhere, NOISIEST), SCATTERED * min(there, NOISIEST_THERE))


def _side(smaller: int, most: int) -> int:
    """Return how large to compare: half of the smaller one, where sharpness does not matter."""
    return max(LEAST, min(most, smaller // 2))


def judge(cells: Cells) -> Comparison | None:
    """Tell what differences mean."""
    usual = float(np.quantile(cells.light, 0.75))
    off = cells.light > STRAY + SCATTER * usual
    recoloured = float(np.quantile(cells.colour, 0.75)) > RECOLOURED
    off |= cells.colour > STRAY_COLOUR + SCATTER * float(np.median(cells.colour))
    share, worst = float(off.mean()), float(max(cells.light.max(), cells.colour.max()))
    if usual < STRAY and not recoloured:
        if not off.any() and cells.left < COPIED:
            return Comparison(Kind.COPY, worst, 0.0)
        seen = float(cells.detail[~off].sum()) / float(cells.detail.sum() or 1)
        if share < TOUCHED and seen > AGREED and cells.left < KEPT:
            return Comparison(Kind.RETOUCHED, worst, share)
    calm = float(np.quantile(cells.fitted, 0.75)) < STRAY + 0.1 * float(cells.detail.max())
    turned = cells.outlines > OUTLINED or cells.brightest > TURNED
    lit = cells.correlation > ALIKE and cells.outlines > SHAPED and calm
    if lit or (recoloured and turned):
        return Comparison(Kind.COLOURS, worst, share)
    return None


def cells_of(one: Image.Image, other: Image.Image, side: int) -> Cells:
    """Compare two pictures of one shape at a common size."""
    small = _of_one_size(one, other, side)
    first, second = (_planes(image) for image in small)
    light, other_light = first[..., 0], second[..., 0]
    here, there = light - light.mean(), other_light - other_light.mean()
    both, self_there = float((here * there).sum()), float((there * there).sum())
    bright, other_bright = (_brightest(image) for image in small)
    return Cells(
        light=_by_cells(np.abs(light - other_light)),
        fitted=_by_cells(np.abs(here - both / (self_there + 1e-6) * there)),
        colour=_by_cells(np.abs(first[..., 1:] - second[..., 1:]).max(-1)),
        detail=np.maximum(_detail(light), _detail(other_light)),
        left=_left(first, second),
        correlation=_correlation(light, other_light),
        outlines=_correlation(_edges(light), _edges(other_light)),
        brightest=_correlation(bright, other_bright),
    )


def _left(first: Numbers, second: Numbers) -> float:
    """Return what is left of two pictures' variance once one is taken from the other."""
    here, there = (planes - planes.mean((0, 1)) for planes in (first, second))
    seen = float((here * here).sum() + (there * there).sum()) / 2
    off = here - there
    return float((off * off).sum()) / max(seen, FAINT**2 * first[..., 0].size)


def _of_one_size(one: Image.Image, other: Image.Image, side: int) -> list[Image.Image]:
    scale = side / max(one.size)
    size = (max(8, round(one.width * scale)), max(8, round(one.height * scale)))
    return [
        image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0) for image in (one, other)
    ]


def _brightest(image: Image.Image) -> Numbers:
    return np.asarray(reduce(ImageChops.lighter, image.split()), np.float32)


def _planes(image: Image.Image) -> Numbers:
    """Return lightness and two planes of colour, softened so that a pixel's step does not matter."""
    planes = np.pad(
        np.asarray(image.convert("YCbCr"), np.float32), ((1, 1), (1, 1), (0, 0)), mode="edge"
    )
    rows = planes[:-2] * 0.25 + planes[1:-1] * 0.5 + planes[2:] * 0.25
    softened: Numbers = rows[:, :-2] * 0.25 + rows[:, 1:-1] * 0.5 + rows[:, 2:] * 0.25
    return softened


def _by_cells(values: Numbers, cell: int = CELL) -> Numbers:
    """Return the mean of each cell, of each plane."""
    edges = [
        np.linspace(0, length, max(2, length // cell) + 1).astype(int)
        for length in values.shape[:2]
    ]
    sums = np.add.reduceat(np.add.reduceat(values, edges[0][:-1], 0), edges[1][:-1], 1)
    sizes = np.outer(np.diff(edges[0]), np.diff(edges[1]))
    means: Numbers = (sums.T / sizes.T).T
    return means


def _detail(light: Numbers, cell: int = CELL) -> Numbers:
    mean = _by_cells(light, cell)
    return np.sqrt(np.maximum(_by_cells(light * light, cell) - mean * mean, 0))


def _edges(light: Numbers) -> Numbers:
    down, right = np.gradient(light)
    steps: Numbers = np.sqrt(down * down + right * right)
    return steps


def _part(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Look for one picture in the other: a crop of it, or it with something around."""
    for whole, part in ((one, other), (other, one)):
        if box := find_part(whole, part):
            cells = cells_of(whole.crop(box), part, _side(max(part.size), SIDE // 2))
            area = (box[2] - box[0]) * (box[3] - box[1]) / (whole.width * whole.height)
            if area < WHOLE and cells.left < FITTING:
                return Comparison(Kind.PART, float(cells.light.max()), 1 - area)
    return None
