"""A few dozen gradients of different shapes, which all made-up pictures look like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homebooru.files.thumbs import SIZES
from homebooru.imaging.looks import fitted, to_webp
from homebooru.imaging.thumbhash import SIDE, thumbhash

SHAPES = (
    (2, 3),
    (3, 4),
    (1, 1),
    (4, 3),
    (3, 2),
    (16, 9),
    (9, 16),
    (5, 7),
    (7, 10),
    (1, 2),
    (21, 9),
    (1, 3),
)
OF_EACH = 4
CORNERS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """A gradient between four corners (their colours), its shape and its ThumbHash."""

    shape: tuple[int, int]
    corners: NDArray[np.uint8]
    hash: bytes

    def size(self, side: int) -> tuple[int, int]:
        """Return the size of a picture whose longer side is about `side`."""
        times = max(1, round(side / max(self.shape)))
        return self.shape[0] * times, self.shape[1] * times

    def picture(self, side: int) -> Image.Image:
        size = fitted((self.shape[0] * 1000, self.shape[1] * 1000), side)
        return Image.fromarray(self.corners).resize(size, Image.Resampling.BICUBIC)

    def thumbnails(self) -> Mapping[int, bytes]:
        return {size: to_webp(self.picture(size)) for size in SIZES}


def make_looks(random: np.random.Generator) -> list[Look]:
    looks = []
    for shape in SHAPES * OF_EACH:
        corners = random.integers(0, 256, (CORNERS, CORNERS, 3), np.uint8)
        plain = Look(shape, corners, b"")
        pixels = np.asarray(plain.picture(SIDE).convert("RGBA"))
        looks.append(Look(shape, corners, thumbhash(pixels)))
    return looks
