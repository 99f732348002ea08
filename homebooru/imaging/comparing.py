"""Looks at two pictures side by side: the same one, saved otherwise, or one that differs somewhere.

Both are brought to one size and compared cell by cell. Compression leaves a little everywhere;
whoever takes a text away, or puts one there, changes a few cells and leaves the rest. The
thresholds are measured (`scripts/bench/duplicates`; the table is in ARCHITECTURE.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from homebooru.domain.duplicates.kinds import Comparison, Kind
from homebooru.imaging.placing import find_part

Numbers = NDArray[np.floating[Any]]

SIDE, LEAST = 240, 40  # of the common size
FINE = 720  # where both are large enough: a signature shows here, and not at 240
CELL = 10
LOOSE = 0.03  # how far ratios of sides may be apart
STRAY = 5.0  # what a cell may be off by compression alone, beside what most cells are off
SCATTER = 3.0  # ... as many times
STRAY_COLOUR = 14.0
RECOLOURED = 8.0
TOUCHED = 0.4  # of the cells may differ in a picture that was retouched
AGREED = 0.5  # of what is to be seen has to be the same
ALIKE = 0.9  # correlation of lightness
OUTLINED = 0.7  # correlation of outlines, where colours were turned
FITTING = 0.95  # of a part and where it was found


@dataclass(frozen=True, slots=True)
class Cells:
    """How two pictures of one size differ, by cells, in steps of 255.

    `light` is how far lightness is off, `fitted` what is left of that once both are equally light
    and rich in contrast, `colour` how far colours are off; `detail` how much there is to be seen.
    `correlation` is that of lightness, `outlines` that of where it changes.
    """

    light: Numbers
    fitted: Numbers
    colour: Numbers
    detail: Numbers
    correlation: float
    outlines: float


def compare(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Tell what one picture is of the other; None where they are not the same at all.

    Both are opaque RGB, upright, and not larger than thumbnails are.
    """
    if _is_of_one_shape(one, other):
        if found := _aligned(one, other):
            return found
        if found := _aligned(one, ImageOps.mirror(other)):
            return Comparison(Kind.MIRRORED, found.difference, found.share)
    return _part(one, other)


def _is_of_one_shape(one: Image.Image, other: Image.Image) -> bool:
    ratio = (one.width * other.height) / (one.height * other.width)
    return abs(log(ratio)) < max(LOOSE, 1.5 / min(*one.size, *other.size))


def _aligned(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Compare pictures that lie on top of each other; a copy is looked at more closely."""
    smaller = min(max(one.size), max(other.size))
    found = judge(cells_of(one, other, _side(smaller, SIDE)))
    if found is not None and found.kind is Kind.COPY and smaller > FINE:
        return judge(cells_of(one, other, _side(smaller, FINE)))
    return found


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
        if not off.any():
            return Comparison(Kind.COPY, worst, 0.0)
        seen = float(cells.detail[~off].sum()) / float(cells.detail.sum() or 1)
        if share < TOUCHED and seen > AGREED:
            return Comparison(Kind.RETOUCHED, worst, share)
    calm = float(np.quantile(cells.fitted, 0.75)) < STRAY + 0.1 * float(cells.detail.max())
    if (cells.correlation > ALIKE and calm) or (recoloured and cells.outlines > OUTLINED):
        return Comparison(Kind.COLOURS, worst, share)
    return None


def cells_of(one: Image.Image, other: Image.Image, side: int) -> Cells:
    """Compare two pictures of one shape at a common size."""
    scale = side / max(one.size)
    size = (max(8, round(one.width * scale)), max(8, round(one.height * scale)))
    first, second = _planes(one, size), _planes(other, size)
    light, other_light = first[..., 0], second[..., 0]
    here, there = light - light.mean(), other_light - other_light.mean()
    both, self_there = float((here * there).sum()), float((there * there).sum())
    spread = float((here * here).sum()) * self_there
    return Cells(
        light=_by_cells(np.abs(light - other_light)),
        fitted=_by_cells(np.abs(here - both / (self_there + 1e-6) * there)),
        colour=_by_cells(np.abs(first[..., 1:] - second[..., 1:]).max(-1)),
        detail=np.maximum(_detail(light), _detail(other_light)),
        correlation=both / np.sqrt(spread + 1e-6),
        outlines=float(np.corrcoef(_edges(light).ravel(), _edges(other_light).ravel())[0, 1]),
    )


def _planes(image: Image.Image, size: tuple[int, int]) -> Numbers:
    """Return lightness and two planes of colour, softened so that a pixel's step does not matter."""
    small = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0).convert("YCbCr")
    planes = np.pad(np.asarray(small, np.float32), ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = planes[:-2] * 0.25 + planes[1:-1] * 0.5 + planes[2:] * 0.25
    softened: Numbers = rows[:, :-2] * 0.25 + rows[:, 1:-1] * 0.5 + rows[:, 2:] * 0.25
    return softened


def _by_cells(values: Numbers) -> Numbers:
    """Return the mean of each cell."""
    edges = [
        np.linspace(0, length, max(2, length // CELL) + 1).astype(int) for length in values.shape
    ]
    sums = np.add.reduceat(np.add.reduceat(values, edges[0][:-1], 0), edges[1][:-1], 1)
    means: Numbers = sums / np.outer(np.diff(edges[0]), np.diff(edges[1]))
    return means


def _detail(light: Numbers) -> Numbers:
    mean = _by_cells(light)
    return np.sqrt(np.maximum(_by_cells(light * light) - mean * mean, 0))


def _edges(light: Numbers) -> Numbers:
    down, right = np.gradient(light)
    steps: Numbers = np.sqrt(down * down + right * right)
    steps[0, 0] += 1e-3  # a flat picture has none, and correlates with nothing
    return steps


def _part(one: Image.Image, other: Image.Image) -> Comparison | None:
    """Look for one picture in the other: a crop of it, or it with something around."""
    for whole, part in ((one, other), (other, one)):
        if box := find_part(whole, part):
            cells = cells_of(whole.crop(box), part, _side(max(part.size), SIDE // 2))
            area = (box[2] - box[0]) * (box[3] - box[1]) / (whole.width * whole.height)
            if cells.correlation > FITTING or judge(cells) is not None:
                return Comparison(Kind.PART, float(cells.light.max()), 1 - area)
    return None
