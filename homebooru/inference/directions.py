"""Directions in which networks describe things: of length 1, in half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homebooru.errors import ModelUnusable
from homebooru.phrases import phrase

HALF = np.dtype("<f2")


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
