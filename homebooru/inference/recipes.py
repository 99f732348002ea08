"""How each family of taggers wants its pictures, and how its answers are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from homebooru.domain.taggers import Filter, Fit, Framing
from homebooru.inference.catalog import Family

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
Pixels = NDArray[np.uint8]
Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a family was trained with.

    Pixels are divided by `divisor`, less `mean`, divided by `deviation`; `blue_first` is the order
    of colours, and `colours_last` where they stand in the tensor. `says_odds` means that the
    outputs are logits.
    """

    background: tuple[int, int, int]
    fit: Fit
    filter: Filter
    divisor: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    deviation: tuple[float, float, float] = (1.0, 1.0, 1.0)
    blue_first: bool = False
    colours_last: bool = False
    says_odds: bool = False

    def framing(self, side: int) -> Framing:
        return Framing(side, self.background, self.fit, self.filter)

    def tensor(self, pixels: Pixels) -> Numbers:
        """Return what the network takes, of pictures × rows × columns × red, green, blue."""
        deviation = np.asarray(self.deviation, dtype=np.float32)
        scale = np.asarray(1 / (self.divisor * deviation), dtype=np.float32)
        shift: Numbers = np.asarray(self.mean, dtype=np.float32) / deviation
        numbers = pixels.astype(np.float32)
        np.multiply(numbers, scale, out=numbers)
        np.subtract(numbers, shift, out=numbers)
        if self.blue_first:
            numbers = numbers[..., ::-1]
        if not self.colours_last:
            numbers = numbers.transpose(0, 3, 1, 2)
        return np.ascontiguousarray(numbers)


RECIPES: Mapping[Family, Recipe] = {
    Family.CAMIE_2: Recipe(
        background=(124, 116, 104),
        fit=Fit.SHRINK_THEN_PAD,
        filter=Filter.LANCZOS,
        divisor=255.0,
        mean=IMAGENET[0],
        deviation=IMAGENET[1],
        says_odds=True,
    ),
    Family.CAMIE_1: Recipe(
        background=(0, 0, 0),
        fit=Fit.SHRINK_THEN_PAD,
        filter=Filter.LANCZOS,
        divisor=255.0,
        says_odds=True,
    ),
    Family.WD: Recipe(
        background=(255, 255, 255),
        fit=Fit.PAD_THEN_SHRINK,
        filter=Filter.BICUBIC,
        blue_first=True,
        colours_last=True,
    ),
}
