"""Finds places in a picture that are found again in its crops, in larger ones, and under captions.

Places are spots lighter or darker than what is around them, of whatever size (Lindeberg, Feature
Detection with Automatic Scale Selection, 1998; boxes for Gaussians as in SURF, Bay and others,
2006). The signs of the slowest waves around a spot make its word: equal words are an index's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homebooru.domain.duplicates.fingerprints import ALONG, FINENESS, Landmarks

Numbers = NDArray[np.floating[Any]]
Whole = NDArray[np.integer[Any]]

SIDE, LEAST = 144, 24  # of the picture that is looked at
STEP = 1.26  # from one size of spots to the next
RADII = 2 * STEP ** np.arange(9)
AROUND = 2.0  # how far a spot's surroundings reach, in its radii
PATCH = 3.5  # ... and what its word is told by
CLEAR = 8.0  # steps of 255 by which a spot has to differ from its surroundings
MOST = 48
WAVES, SLOWEST = 6, 6
UNSURE = 2  # of the bits of a word, those that are tried both ways


@dataclass(frozen=True, slots=True)
class _Spots:
    """Spots by their centre and radius, in pixels, and how far they differ, with its sign."""

    down: Numbers
    across: Numbers
    radius: Numbers
    contrast: Numbers

    def chosen(self, which: NDArray[Any]) -> _Spots:
        return _Spots(
            self.down[which], self.across[which], self.radius[which], self.contrast[which]
        )


def find_landmarks(image: Image.Image) -> Landmarks:
    """Return the clearest spots of an opaque picture."""
    scale = SIDE / max(image.size)
    size = (max(LEAST, round(image.width * scale)), max(LEAST, round(image.height * scale)))
    small = image.convert("L").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    light = np.asarray(small, np.float32)
    sums = np.pad(light.cumsum(0, np.float64).cumsum(1), ((1, 0), (1, 0)))
    spots = _clearest(_spots(_contrasts(sums)), light.shape)
    if not len(spots.radius):
        return Landmarks()
    words, guesses = _words(sums, spots)
    return Landmarks(
        tuple(words.tolist()), _placed(spots).tobytes(), tuple(map(tuple, guesses.tolist()))
    )


def _placed(spots: _Spots) -> NDArray[np.uint8]:
    along = np.stack([spots.across, spots.down]) * (ALONG / SIDE)
    sizes = FINENESS * np.log2(spots.radius)
    found: NDArray[np.uint8] = np.clip(np.column_stack([*along, sizes]), 0, ALONG).astype(np.uint8)
    return found


def _contrasts(sums: Numbers) -> Numbers:
    """Return how much lighter a box around each pixel is than its surroundings, for each radius."""
    high, wide = (length - 1 for length in sums.shape)
    found = np.zeros((len(RADII), high, wide), np.float32)
    for place, radius in enumerate(RADII):
        outer = AROUND * radius
        edge = int(np.ceil(outer)) + 1
        if min(high, wide) > 2 * edge + 2:
            inside, all_in = (_boxes(sums, half, edge) for half in (radius, outer))
            around = (all_in - inside) / (4 * (outer**2 - radius**2))
            found[place, edge : high - edge, edge : wide - edge] = inside / (4 * radius**2) - around
    return found


def _boxes(sums: Numbers, half: float, edge: int) -> Numbers:
    """Return the sum of the box around each pixel that is `edge` away from the picture's."""
    high, wide = (length - 1 for length in sums.shape)
    low, share = divmod(0.5 - half, 1)
    far, rest = divmod(0.5 + half, 1)

    def lines(values: Numbers, length: int, offset: float, part: float) -> Numbers:
        start = edge + int(offset)
        first, then = (values[at : at + length - 2 * edge] for at in (start, start + 1))
        mixed: Numbers = first + part * (then - first)
        return mixed

    rows = lines(sums, high, far, rest) - lines(sums, high, low, share)
    boxes = lines(rows.T, wide, far, rest) - lines(rows.T, wide, low, share)
    return boxes.T


def _spots(contrasts: Numbers) -> _Spots:
    """Return where contrast is greater than next to it: across, down and by radius."""
    strength = np.abs(contrasts)
    most = strength
    for axis in range(3):
        most = _greatest(most, axis)
    peaks = (strength == most) & (strength > CLEAR)
    peaks[[0, -1]] = False
    peaks[:, [0, -1]] = peaks[:, :, [0, -1]] = False
    at, down, across = np.nonzero(peaks)

    def shift(axis: int) -> Numbers:
        before, after = [at, down, across], [at, down, across]
        before[axis], after[axis] = before[axis] - 1, after[axis] + 1
        return _vertex(strength[tuple(before)], strength[at, down, across], strength[tuple(after)])

    return _Spots(
        down=down + shift(1) + 0.5,
        across=across + shift(2) + 0.5,
        radius=RADII[at] * STEP ** shift(0),
        contrast=contrasts[at, down, across],
    )


def _greatest(values: Numbers, axis: int) -> Numbers:
    """Return the greatest of each number and its neighbours along an axis."""
    lines, found = np.moveaxis(values, axis, 0), values.copy()
    new = np.moveaxis(found, axis, 0)
    np.maximum(new[1:], lines[:-1], out=new[1:])
    np.maximum(new[:-1], lines[1:], out=new[:-1])
    return found


def _vertex(before: Numbers, here: Numbers, after: Numbers) -> Numbers:
    """Return where the parabola through three numbers is greatest, from the middle one."""
    bend = np.minimum(before - 2 * here + after, -1e-6)
    found: Numbers = np.clip((before - after) / (2 * bend), -0.5, 0.5)
    return found


def _clearest(spots: _Spots, shape: tuple[int, ...]) -> _Spots:
    """Return the spots that lie well inside, as many as are kept, the clearest and larger ones."""
    reach = PATCH * spots.radius
    inside = (spots.down >= reach) & (spots.across >= reach)
    inside &= (spots.down + reach <= shape[0]) & (spots.across + reach <= shape[1])
    spots = spots.chosen(inside)
    rank = -np.abs(spots.contrast) * np.sqrt(spots.radius)
    return spots.chosen(np.argsort(rank, kind="stable")[:MOST])


def _words(sums: Numbers, spots: _Spots) -> tuple[Whole, Whole]:
    """Return the word of each spot, and those that it may have elsewhere."""
    waves, (fast, slow) = _waves()
    cells = _cells(sums, spots)
    values = (waves @ cells @ waves.T)[:, fast, slow]
    bits = 1 << np.arange(values.shape[1] + 1)
    words = (np.column_stack([values > 0, spots.contrast > 0]) @ bits).astype(int)
    certain = np.abs(values) / (np.abs(values).mean(0) + 1e-6)
    guesses = words[:, None]
    for unsure in np.argsort(certain, axis=1)[:, :UNSURE].T:
        guesses = np.concatenate([guesses, guesses ^ bits[unsure][:, None]], axis=1)
    return words, guesses


def _cells(sums: Numbers, spots: _Spots) -> Numbers:
    """Return the mean lightness of the cells around each spot."""
    reach = PATCH * spots.radius
    steps = np.linspace(-1, 1, WAVES + 1)
    down = spots.down[:, None, None] + (reach[:, None] * steps)[:, :, None]
    across = spots.across[:, None, None] + (reach[:, None] * steps)[:, None, :]
    corners = _between(sums, down, across)
    return np.diff(np.diff(corners, axis=1), axis=2) / (reach**2)[:, None, None]


def _between(sums: Numbers, down: Numbers, across: Numbers) -> Numbers:
    """Return sums at places between pixels."""
    top = np.clip(down.astype(int), 0, sums.shape[0] - 2)
    left = np.clip(across.astype(int), 0, sums.shape[1] - 2)
    lower, right = down - top, across - left
    upper_line = sums[top, left] * (1 - right) + sums[top, left + 1] * right
    lower_line = sums[top + 1, left] * (1 - right) + sums[top + 1, left + 1] * right
    found: Numbers = upper_line * (1 - lower) + lower_line * lower
    return found


@cache
def _waves() -> tuple[Numbers, tuple[Whole, Whole]]:
    """Return cosine waves over the cells, and which of their products are the slowest."""
    each = np.arange(WAVES)
    waves = np.cos(np.pi / WAVES * np.outer(each, each + 0.5))
    order = sorted((sum(one), one) for one in np.ndindex(WAVES, WAVES) if 0 < sum(one) <= SLOWEST)
    fast, slow = np.array([one for _, one in order]).T
    return waves, (fast, slow)
