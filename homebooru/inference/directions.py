"""Directions in which networks describe things: of length 1, in half precision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homebooru.errors import ModelUnusable
from homebooru.phrases import phrase

HALF = np.dtype("<f2")


def width_of(network: Path, shape: Sequence[Any]) -> int:
    """Return by how many numbers an output describes; raises ModelUnusable where it is no list of them."""
    if len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 0:
        return shape[1]
    raise ModelUnusable(
        phrase(
            "{file} describes by {shape} numbers, and not by one row of so many for each thing. Take "
            "another export of this model, or another model.",
            file=network,
            shape=" × ".join(str(length) for length in shape) or "?",
        )
    )


def directions(network: Path, found: NDArray[Any], count: int, width: int) -> list[bytes]:
    """Return what a network made of things; raises ModelUnusable where that is no description."""
    vectors = np.asarray(found, np.float64)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if vectors.shape != (count, width) or not (np.isfinite(lengths) & (lengths > 0)).all():
        raise ModelUnusable(
            phrase(
                "{file} answers with what is no description. Download it again, or try "
                "HOMEBOORU_TAGGER_DEVICE=cpu.",
                file=network,
            )
        )
    return [row.tobytes() for row in (vectors / lengths).astype(HALF)]
