"""How CLIP models want their pictures and their words."""

from __future__ import annotations

import io
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from homebooru.imaging.colours import on_white

PUNCTUATION = str.maketrans("", "", string.punctuation)
FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
Pixels = NDArray[np.uint8]
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Preparation:
    """The square that a model looks at, how pictures come into it, and what is taken off colours."""

    side: int
    is_squashed: bool
    filter: Image.Resampling
    mean: tuple[float, ...]
    deviation: tuple[float, ...]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Preparation:
        """Return what `preprocess_cfg.json` says; raises KeyError, TypeError or ValueError."""
        size = told["size"]
        return cls(
            side=int(size[0] if isinstance(size, list) else size),
            is_squashed=told.get("resize_mode", "shortest") == "squash",
            filter=FILTERS[told.get("interpolation", "bicubic")],
            mean=tuple(map(float, told["mean"])),
            deviation=tuple(map(float, told["std"])),
        )

    def square(self, picture: bytes) -> Pixels:
        """Return the rows of red, green and blue that a model sees of a picture."""
        with Image.open(io.BytesIO(picture), formats=["JPEG", "WEBP", "PNG"]) as opened:
            image = on_white(opened)
        squashed = (self.side, self.side)
        if self.is_squashed:
            return np.asarray(image.resize(squashed, self.filter))
        scale = self.side / min(image.size)
        width, height = (max(self.side, int(length * scale)) for length in image.size)
        left, top = (width - self.side) // 2, (height - self.side) // 2
        box = (left, top, left + self.side, top + self.side)
        return np.asarray(image.resize((width, height), self.filter).crop(box))

    def numbers(self, square: Pixels) -> Numbers:
        """Return a square as networks take it that want floating numbers: colour by colour."""
        mean, deviation = np.asarray(self.mean), np.asarray(self.deviation)
        scaled = ((square / 255 - mean) / deviation).astype(np.float32)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1))


def cleaned(text: str, *, is_plain: bool) -> str:
    """Return words as a model was taught them; `is_plain`: without case and punctuation."""
    text = " ".join(text.split())
    return text.translate(PUNCTUATION).lower() if is_plain else text
