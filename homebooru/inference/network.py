"""Runs a tagger with onnxruntime; only a process of the model's own imports this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from homebooru.domain.said import Said
from homebooru.errors import ModelUnusable
from homebooru.inference.asking import Options
from homebooru.inference.catalog import Family, Weights
from homebooru.inference.labels import Labels, read_labels
from homebooru.inference.recipes import RECIPES, Numbers
from homebooru.inference.sessions import open_network
from homebooru.phrases import phrase

MOST = 200  # tags that are kept of a picture, the surest ones
NUMBERS = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


@lru_cache(maxsize=1)
def network_of(weights: Weights, options: Options) -> Network:
    """Return the loaded model; a process holds one."""
    return Network(weights, options)


class Network:
    """A loaded model, with what its outputs mean."""

    def __init__(self, weights: Weights, options: Options) -> None:
        self.weights, self._options = weights, options
        self._recipe = RECIPES[weights.family]
        self._labels = read_labels(weights)
        self._kept = np.array([tag is not None for tag in self._labels.tags])
        self._session, self.device = open_network(weights.network, options)
        self._input, side = self._read_input()
        self._output = self._choose_output()
        self.framing = self._recipe.framing(side)

    def look(self, frames: Sequence[bytes]) -> list[Said]:
        """Return what the model says of pictures that were framed for it."""
        said: list[Said] = []
        for some in self.batches(frames):
            said += self._interpret(self._checked(self.run(self._output, some), len(some)))
        return said

    def batches(self, frames: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
        """Part pictures into as many as it takes at once; some models were exported for one alone."""
        fixed = self._input.shape[0]
        together = fixed if isinstance(fixed, int) else max(1, len(frames))
        for start in range(0, len(frames), together):
            yield frames[start : start + together]

    def run(self, output: str, frames: Sequence[bytes]) -> Numbers:
        """Return what an output says of a batch of pictures that were framed for it."""
        side = self.framing.side
        pixels = np.frombuffer(b"".join(frames), np.uint8).reshape(-1, side, side, 3)
        numbers = self._recipe.tensor(pixels).astype(NUMBERS[self._input.type], copy=False)
        (found,) = self._session.run([output], {self._input.name: numbers})
        return np.asarray(found, np.float32)

    def _checked(self, scores: Numbers, count: int) -> Numbers:
        """Return probabilities; raises ModelUnusable where the answer is of another shape."""
        wanted = (count, len(self._labels.tags))
        if scores.shape != wanted:
            raise ModelUnusable(
                phrase(
                    "{network} does not belong to {labels}: it gives {given} numbers, and the list "
                    "names {named} tags. Download both again, from one place.",
                    network=self.weights.network,
                    labels=self.weights.labels.name,
                    given=scores.shape[-1],
                    named=wanted[1],
                )
            )
        if not np.isfinite(scores).all():
            raise ModelUnusable(
                phrase(
                    "{network} answers with what are no numbers. The file is damaged, or does not "
                    "work on this device: try HOMEBOORU_TAGGER_DEVICE=cpu.",
                    network=self.weights.network,
                )
            )
        if self._recipe.says_odds or scores.min() < 0 or scores.max() > 1:
            scores = (1 / (1 + np.exp(-np.clip(scores, -60, 60)))).astype(np.float32)
        return scores

    def _interpret(self, scores: Numbers) -> Iterator[Said]:
        for row in scores:
            (over,) = np.nonzero((row >= self._options.floor) & self._kept)
            surest = over[np.argsort(-row[over], kind="stable")][:MOST]
            yield _said(self._labels, row, surest.tolist())

    def _read_input(self) -> tuple[Any, int]:
        """Return the model's input, and the side of its square."""
        (taken,) = self._session.get_inputs()[:1]
        last = self._recipe.colours_last
        shape = taken.shape if len(taken.shape) == 4 else [None] * 4
        colours, side = (shape[3], shape[1]) if last else (shape[1], shape[2])
        if colours != 3 or not isinstance(side, int) or taken.type not in NUMBERS:
            raise ModelUnusable(
                phrase(
                    "{network} is no {family}: it takes {shape} ({type}).",
                    network=self.weights.network,
                    family=self.weights.family.label,
                    shape=taken.shape,
                    type=taken.type,
                )
            )
        return taken, side

    def _choose_output(self) -> str:
        given = [str(output.name) for output in self._session.get_outputs()]
        names = [name for name in given if name != self.weights.describes_by]
        if refined := [name for name in names if "refined_pred" in name]:
            return refined[0]
        named = [name for name in names if "prediction" in name or "output" in name] or names
        second = self.weights.family is not Family.WD and len(named) > 1
        return named[1 if second else 0]


def _said(labels: Labels, row: Numbers, places: Sequence[int]) -> Said:
    rated = {rating: float(row[place]) for rating, place in labels.ratings.items()}
    tags = {tag: float(row[place]) for place in places if (tag := labels.tags[place])}
    return Said(
        tags=tuple(tags),
        confidences=tuple(tags.values()),
        rating=max(rated, key=lambda rating: rated[rating], default=None),
    )
