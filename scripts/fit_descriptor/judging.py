"""How often an edited picture finds its original first, and how often neighbours are alike."""

from __future__ import annotations

import numpy as np

from homebooru.imaging.descriptor import Numbers
from scripts.fit_descriptor.corpus import Sample, by_label
from scripts.fit_descriptor.edits import EDITS

NEIGHBOURS = 5
COMPANY = 3  # pictures with one label, at least
DISTANT = -2.0


def first_hits(vectors: Numbers, edited: Numbers, places: Numbers) -> dict[str, float]:
    """Return, for each edit, the share of edited pictures whose original is the nearest of all.

    `edited` is (pictures, edits, dimensions); `places` are their originals among `vectors`.
    """
    nearest = (edited @ vectors.T).argmax(-1)
    return dict(zip(EDITS, (nearest == places[:, None]).mean(0).tolist(), strict=True))


def company(vectors: Numbers, some: list[Sample]) -> dict[str, float]:
    """Return, for each kind, the share of the five nearest that have the same label."""
    shares = {}
    for kind, labels in by_label(some, COMPANY).items():
        places = np.array([place for found in labels.values() for place in found], int)
        if len(labels) < 2:
            continue
        names = np.array([some[place].label for place in places])
        alike = vectors[places] @ vectors[places].T
        np.fill_diagonal(alike, DISTANT)
        nearest = np.argsort(-alike, axis=1)[:, :NEIGHBOURS]
        shares[kind] = float((names[nearest] == names[:, None]).mean())
    return shares
