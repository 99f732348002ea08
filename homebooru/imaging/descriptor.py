"""What a picture looks like, in 128 numbers that need no model: pictures alike lie side by side.

Measured are the directions of edges in sixteen places, the layout of colours, how much there is
of each colour, the texture, and how the middle differs from its surroundings; a picture and its
mirror image measure the same. `whitening.npz`, fitted by `scripts/fit-descriptor`, weighs all of
that by how little it says when pictures are resized, cropped, captioned or recoloured.

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

Numbers = NDArray[np.floating[Any]]

DIMENSIONS = 128
PARTS = (128, 8, 41, 32, 20, 27)
TOLERANCE = 14  # how far a border may be from its corners' colour, of 255
STRAY = 0.004  # of what differs may lie outside: noise of a codec, a softened edge
LEAST = 0.35  # of a side, that has to be left of a picture without its borders
BORDERS = 3
CELLS, ANGLES = 4, 8
TEXTURES = 10
GAP = 2.0
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
    """Return what can be measured of a picture (256)."""
    image = without_border(image)
    edges = edge_directions(image)
    return np.concatenate(
        [
            np.sqrt(edges).ravel(),
            np.sqrt(edges.sum((0, 1))),
            colour_layout(image),
            colours_used(image),
            textures(image),
            surroundings(image),
        ]
    )


def without_border(image: Image.Image) -> Image.Image:
    """Cut off what is of one colour all around, border by border, unless little would be left."""
    least = [length * LEAST for length in image.size]
    for _ in range(BORDERS):
        box = _inside(image)
        if box == (0, 0, *image.size) or box[2] - box[0] < least[0] or box[3] - box[1] < least[1]:
            break
        image = image.crop(box)
    return image


def _inside(image: Image.Image) -> tuple[int, int, int, int]:
    """Return where nearly all of that lies in which a picture differs from its corners."""
    side = 128
    small = np.asarray(image.resize((side, side), Image.Resampling.BOX), np.int16)
    corners = np.median(small[[0, 0, -1, -1], [0, -1, 0, -1]], axis=0)
    differs = np.maximum(np.abs(small - corners).max(2) - TOLERANCE, 0)
    (left, right), (top, bottom) = (_span(differs.sum(axis)) for axis in (0, 1))
    width, height = (length / side for length in image.size)
    return round(left * width), round(top * height), round(right * width), round(bottom * height)


def _span(amounts: Numbers) -> tuple[int, int]:
    so_far = np.cumsum(amounts) / max(float(amounts.sum()), 1)
    start, end = np.searchsorted(so_far, (STRAY, 1 - STRAY))
    return int(start), min(int(end) + 1, len(amounts))


def edge_directions(image: Image.Image) -> Numbers:
    """Return how strong edges of each direction are, in each cell: (4, 4, 8), mirrored alike."""
    side = 128
    grey = _shrunk(image, "L", side) / 255
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, 1:-1] = grey[:, 2:] - grey[:, :-2]
    down[1:-1] = grey[2:] - grey[:-2]
    angle = np.arctan2(down, across) % np.pi / np.pi * ANGLES
    place = np.arange(side) * CELLS // side
    cell = (place[:, None] * CELLS + place[None]) * ANGLES
    found = _spread(cell, angle, np.hypot(across, down), ANGLES, CELLS * CELLS * ANGLES)
    found = found.reshape(CELLS, CELLS, ANGLES)
    mirrored = found[:, ::-1, -np.arange(ANGLES) % ANGLES]
    return (found + mirrored) / 2


def _spread(
    base: NDArray[np.int_], value: Numbers, weight: Numbers, count: int, most: int
) -> Numbers:
    """Count values into bins of a circle, each shared by the two that it lies between."""
    low = np.floor(value).astype(int)
    rest = value - low
    sums = np.bincount((base + low % count).ravel(), (weight * (1 - rest)).ravel(), most)
    sums += np.bincount((base + (low + 1) % count).ravel(), (weight * rest).ravel(), most)
    return sums.astype(np.float32)


def colour_layout(image: Image.Image) -> Numbers:
    """Return the slowest waves of lightness and of two colours over the picture (21, 10, 10)."""
    small = np.asarray(image.convert("YCbCr").resize((8, 8), Image.Resampling.BOX), np.float32)
    found = []
    for channel, count in enumerate((21, 10, 10)):
        waves = _waves(8) @ (small[:, :, channel] / 255) @ _waves(8).T
        some = np.array([waves[place] for place in _zigzag(8)[:count]])
        odd = np.array([column % 2 for _, column in _zigzag(8)[:count]], bool)
        some[odd] = np.abs(some[odd])  # such waves change their sign in a mirror
        some[0] = (some[0] - 4) / 2
        found.append(some if channel == 0 else some * 2)
    return np.concatenate(found).astype(np.float32)


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


def colours_used(image: Image.Image) -> Numbers:
    """Return how much there is of twelve hues, pale and strong, and of eight greys (32)."""
    hue, saturation, value = np.moveaxis(_shrunk(image, "HSV", 64) / 255, 2, 0)
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
    grey = _shrunk(image, "L", side).astype(np.int16)
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


def _shrunk(image: Image.Image, mode: str, side: int) -> Numbers:
    small = image.convert(mode).resize((side, side), Image.Resampling.BICUBIC, reducing_gap=GAP)
    return np.asarray(small, np.float32)
