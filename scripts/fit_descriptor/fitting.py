"""Works out how measures are weighed, from pictures and from what edits do to them."""

from __future__ import annotations

import numpy as np

from homebooru.imaging.descriptor import DIMENSIONS, Numbers, Whitening, levelled

STEADY = 0.5  # of the mean variance under edits is added to each direction
SPREAD = 0.3  # how far the spread of pictures is evened out: 0 not at all, 1 wholly


def fit(measures: Numbers, edited: Numbers, originals: Numbers) -> Whitening:
    """Return the whitening for rows of measures.

    Directions in which edits move a picture are made short (within-class whitening, as in linear
    discriminant analysis; used for descriptors of pictures by Mikolajczyk and Matas, 2007). Of
    what is left, the directions in which pictures differ most are kept. `edited` has, for each
    row of `originals`, a row for each edit: (pictures, edits, measures).
    """
    centre = measures.mean(0)
    pictures = levelled(measures, centre)
    moved = levelled(edited, centre) - levelled(originals, centre)[:, None]
    steady = _steadied(moved.reshape(-1, moved.shape[-1]))
    mean = pictures.mean(0)
    values, vectors = np.linalg.eigh(np.cov(((pictures - mean) @ steady).T))
    values, vectors = values[::-1][:DIMENSIONS], vectors[:, ::-1][:, :DIMENSIONS]
    turn = steady @ vectors * values ** (-SPREAD / 2)
    turn /= np.abs(turn).max()  # lengths do not matter; so it fits into half precision
    return Whitening(centre, mean, turn)


def _steadied(moved: Numbers) -> Numbers:
    within = moved.T @ moved / len(moved)
    within += np.eye(len(within), dtype=np.float32) * STEADY * np.trace(within) / len(within)
    values, vectors = np.linalg.eigh(within)
    return vectors * values**-0.5 @ vectors.T
