"""What a picture looks like, in 128 numbers that need no model: pictures alike lie side by side.

Measured are the directions of edges, the layout of lightness and colours, how much there is of
each colour, the texture, and how the middle differs from its surroundings, all within borders and
captions; a picture and its mirror image measure the same. `whitening.npz`, fitted by
`scripts/fit-descriptor`, weighs all of that by how little it says when pictures are resized,
cropped, captioned or recoloured.

Sources: histograms of oriented gradients (Dalal and Triggs, 2005), the Color Layout Descriptor of
MPEG-7 (ISO/IEC 15938-3), uniform local binary patterns (Ojala and others, 2002).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homebooru.imaging import colours
from homebooru.imaging.inner import inner_box

Numbers = NDArray[np.floating[Any]]

DIMENSIONS = 128
LARGEST, SIDE = 256, 128  # pixels: of what is looked at, and of what is measured
CELLS, ANGLES = 8, 8
MIDDLE = 4  # cells, each way, of the middle three quarters
WAVES, COLOUR_WAVES = 45, 21
TEXTURES = 10
PARTS = (256, 8, 64, 45, 21, 21, 32, 32, 32, 20, 27)
NEIGHBOURS = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))


class Whitening(NamedTuple):
    """How measures become a description: parts centred and made equally long, then turned."""

    centre: Numbers
    mean: Numbers
    turn: Numbers


def describe(image: Image.Image) -> Numbers:
    """Return 128 numbers of length 1; `image` is opaque RGB, upright, of any size."""
    kept = whitening()
    return unit((levelled(measure(image), kept.centre) - kept.mean) @ kept.turn)


def look_of(image: Image.Image) -> bytes:
    """Return the description of a rendering as it is kept: 256 bytes, little-endian halves."""
    return describe(colours.on_white(image)).astype("<f2").tobytes()


@cache
def whitening() -> Whitening:
    with files("homebooru.imaging").joinpath("whitening.npz").open("rb") as file:
        kept = np.load(file)
        return Whitening(*(kept[name].astype(np.float32) for name in Whitening._fields))


def levelled(measures: Numbers, centre: Numbers) -> Numbers:
    """Return measures, also rows of them, in which each part has the same say."""
    parts = np.split(measures - centre, np.cumsum(PARTS[:-1]), axis=-1)
    return unit(np.concatenate([unit(part) for part in parts], axis=-1))


def unit(numbers: Numbers) -> Numbers:
    """Return vectors in their direction, of length 1; of nothing at all, nothing."""
    length = np.linalg.norm(numbers, axis=-1, keepdims=True)
    return (numbers / np.where(length, length, 1)).astype(np.float32)


def measure(image: Image.Image) -> Numbers:
    """Return what can be measured of a picture (558)."""
    image = _reduced(image)
    shown = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=inner_box(image))
    grey = np.asarray(shown.convert("L"), np.float32) / 255
    edges = edge_directions(grey, CELLS)
    margin = SIDE // 8
    middle = edge_directions(grey[margin:-margin, margin:-margin], MIDDLE)
    hues = shown.resize((SIDE // 2, SIDE // 2), Image.Resampling.BOX).convert("HSV")
    painted = np.asarray(hues, np.float32) / 255
    upper, lower = np.split(painted, 2)
    return np.concatenate(
        [
            np.sqrt(edges).ravel(),
            np.sqrt(edges.sum((0, 1))),
            np.sqrt(middle).ravel(),
            *colour_layout(shown),
            *(colours_used(part) for part in (painted, upper, lower)),
            textures(shown),
            surroundings(shown),
        ]
    )


def _reduced(image: Image.Image) -> Image.Image:
    """Return a copy that is quick to look at; more pixels tell nothing more."""
    share = LARGEST / max(image.size)
    if share >= 1:
        return image
    width, height = (max(1, round(length * share)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def edge_directions(grey: Numbers, cells: int) -> Numbers:
    """Return how strong edges of each direction are, in each cell of the left half.

    Those of the right half count as their mirror image there: (cells, cells / 2, ANGLES).
    """
    side = len(grey)
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    down[1:-1] = grey[2:] - grey[:-2]
    angle = np.arctan2(down, across) % np.pi / np.pi * ANGLES
    place = np.arange(side) * cells // side
    cell = (place[:, None] * cells + place[None]) * ANGLES
    found = _spread(cell, angle, np.hypot(across, down), ANGLES, cells * cells * ANGLES)
    found = found.reshape(cells, cells, ANGLES)
    mirrored = found[:, ::-1, -np.arange(ANGLES) % ANGLES]
    both: Numbers = (found + mirrored)[:, : cells // 2] / 2
    return both


def _spread(
    base: NDArray[np.int_], value: Numbers, weight: Numbers, count: int, most: int
) -> Numbers:
    """Count values into bins of a circle, each shared by the two that it lies between."""
    low = np.floor(value).astype(int)
    rest = value - low
    sums = np.bincount((base + low % count).ravel(), (weight * (1 - rest)).ravel(), most)
    sums += np.bincount((base + (low + 1) % count).ravel(), (weight * rest).ravel(), most)
    return sums.astype(np.float32)


def colour_layout(image: Image.Image) -> list[Numbers]:
    """Return the slowest waves of lightness and of two colours over the picture."""
    side = 16
    small = image.convert("YCbCr").resize((side, side), Image.Resampling.BOX)
    flat = np.asarray(small, np.float32) / 255 - 0.5
    found = _waves(side) @ np.moveaxis(flat, 2, 0) @ _waves(side).T
    found[:, :, 1::2] = np.abs(found[:, :, 1::2])  # such waves change their sign in a mirror
    counts = (WAVES, COLOUR_WAVES, COLOUR_WAVES)
    return [
        np.array([waves[place] for place in _zigzag(side)[:count]])
        for waves, count in zip(found, counts, strict=True)
    ]


@cache
def _waves(size: int) -> Numbers:
    waves = np.cos(np.pi / size * np.outer(np.arange(size), np.arange(size) + 0.5))
    waves *= np.sqrt(2 / size)
    waves[0] /= np.sqrt(2)
    return waves.astype(np.float32)


@cache
def _zigzag(size: int) -> list[tuple[int, int]]:
    places = [(row, column) for row in range(size) for column in range(size)]
    return sorted(places, key=lambda place: (sum(place), place[sum(place) % 2 == 0]))


def colours_used(painted: Numbers) -> Numbers:
    """Return how much there is of twelve hues, pale and strong, and of eight greys (32)."""
    hue, saturation, value = np.moveaxis(painted, 2, 0)
    coloured = np.minimum(saturation * value * 3, 1)
    strong = np.minimum((saturation * 2).astype(int), 1)
    hues = _spread(strong * 12, hue * 12, coloured, 12, 24)
    step = np.minimum(value * 7, 6.999)
    greys = _spread(np.zeros_like(strong), step, 1 - coloured, 8, 8)
    found: Numbers = np.sqrt(np.concatenate([hues, greys]) / hue.size)
    return found


def textures(image: Image.Image) -> Numbers:
    """Return how often each local pattern occurs in the upper and the lower half (20)."""
    side = 96
    grey = np.asarray(image.convert("L").resize((side, side), Image.Resampling.BICUBIC), np.int16)
    inner = side - 2
    centre = grey[1:-1, 1:-1] + 2  # noise is no pattern
    lighter = [grey[y : y + inner, x : x + inner] >= centre for y, x in NEIGHBOURS]
    changes = sum(
        one != other for one, other in zip(lighter, lighter[1:] + lighter[:1], strict=True)
    )
    pattern = np.where(np.asarray(changes) <= 2, np.sum(lighter, axis=0), TEXTURES - 1)
    half = np.arange(inner) * 2 // inner * TEXTURES
    counts = np.bincount((half[:, None] + pattern).ravel(), minlength=2 * TEXTURES)
    return np.sqrt(counts / pattern.size).astype(np.float32)


def surroundings(image: Image.Image) -> Numbers:
    """Return mean colours of the middle and of both sides, and spreads, for three bands (27)."""
    side = 24
    small = np.asarray(
        image.convert("YCbCr").resize((side, side), Image.Resampling.BOX), np.float32
    )
    found = []
    for band in np.split(small / 255 - 0.5, 3):
        sides = np.concatenate([band[:, :6], band[:, 18:]], axis=1)
        found += [band[:, 6:18].mean((0, 1)), sides.mean((0, 1)), band.std((0, 1))]
    return np.concatenate(found).astype(np.float32)
