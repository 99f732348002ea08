"""ThumbHash: a picture's look in some twenty-five bytes, after Evan Wallace's algorithm."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SIDE = 100
Plane = NDArray[np.float64]
Waves = tuple[float, list[float], float]  # mean, waves scaled to 0..1, scale


def thumbhash(pixels: NDArray[np.uint8]) -> bytes:
    """Return the hash of height × width × 4 pixels (RGBA), at most 100 on a side.

    The picture becomes lightness, two colour differences and opacity, and of each a few of the
    lowest cosine waves are kept, four bits apiece.
    """
    height, width = pixels.shape[:2]
    lightness, yellow_blue, red_green, alpha = _planes(pixels)
    translucent = bool(alpha.sum() < width * height - 0.5)
    limit, longest = (5 if translucent else 7), max(width, height)
    columns, rows = (max(1, _round(limit * side / longest)) for side in (width, height))
    waves = [
        _encode(lightness, max(3, columns), max(3, rows)),
        _encode(yellow_blue, 3, 3),
        _encode(red_green, 3, 3),
    ]
    if translucent:
        waves.append(_encode(alpha, 5, 5))
    return _header(waves, columns, rows, landscape=width > height) + _nibbles(waves)


def _planes(pixels: NDArray[np.uint8]) -> tuple[Plane, Plane, Plane, Plane]:
    """Split into lightness, yellow-blue, red-green and alpha, laid upon the mean colour."""
    scaled = pixels.astype(np.float64) / 255
    alpha = scaled[..., 3]
    total = float(alpha.sum())
    mean = (scaled[..., :3] * alpha[..., None]).sum((0, 1)) / total if total else np.zeros(3)
    laid = mean * (1 - alpha[..., None]) + scaled[..., :3] * alpha[..., None]
    red, green, blue = laid[..., 0], laid[..., 1], laid[..., 2]
    return (red + green + blue) / 3, (red + green) / 2 - blue, red - green, alpha


def _encode(plane: Plane, columns: int, rows: int) -> Waves:
    """Return the mean of a plane, its waves scaled to 0..1, and their scale."""
    height, width = plane.shape
    across, down = _cosines(columns, width), _cosines(rows, height)
    waves = down @ plane @ across.T / (width * height)
    kept = [
        float(waves[y, x])
        for y in range(rows)
        for x in range(columns)
        if x * rows < columns * (rows - y) and (x or y)
    ]
    scale = max(map(abs, kept), default=0.0)
    return float(waves[0, 0]), [0.5 + 0.5 / scale * w if scale else w for w in kept], scale


def _cosines(count: int, length: int) -> Plane:
    return np.cos(np.pi / length * np.outer(np.arange(count), np.arange(length) + 0.5))


def _header(waves: list[Waves], columns: int, rows: int, *, landscape: bool) -> bytes:
    (light, _, light_scale), (yellow, _, yellow_scale), (red, _, red_scale), *alpha = waves
    first = (
        _round(63 * light)
        | _round(31.5 + 31.5 * yellow) << 6
        | _round(31.5 + 31.5 * red) << 12
        | _round(31 * light_scale) << 18
        | bool(alpha) << 23
    )
    second = (
        (rows if landscape else columns)
        | _round(63 * yellow_scale) << 3
        | _round(63 * red_scale) << 9
        | landscape << 15
    )
    head = first.to_bytes(3, "little") + second.to_bytes(2, "little")
    for mean, _, scale in alpha:
        head += bytes([_round(15 * mean) | _round(15 * scale) << 4])
    return head


def _nibbles(waves: list[Waves]) -> bytes:
    values = [_round(15 * wave) for _, kept, _ in waves for wave in kept]
    values += [0] * (len(values) % 2)
    return bytes(low | high << 4 for low, high in zip(values[::2], values[1::2], strict=True))


def _round(number: float) -> int:
    return math.floor(number + 0.5)
