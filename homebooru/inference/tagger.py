"""A tagger, which looks at pictures in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import cast

from homebooru.domain.alike.spaces import TAGGER
from homebooru.domain.said import Said
from homebooru.domain.taggers import Framing
from homebooru.errors import ModelUnusable
from homebooru.inference import asking
from homebooru.inference.asking import LoadedTagger, Options
from homebooru.inference.catalog import Weights
from homebooru.inference.process import ModelProcess, Patience
from homebooru.phrases import phrase
from homebooru.ports import Embedder, Tagger


class TaggerProcess(Tagger):
    """Speaks for a folder with a tagger; whoever opened it closes it."""

    def __init__(
        self, weights: Weights, options: Options, patience: Patience, *, at_once: int
    ) -> None:
        self.weights, self._at_once = weights, at_once
        self._process = ModelProcess(
            weights.name, weights.network, asking.load, (weights, options), patience
        )

    @property
    def name(self) -> str:
        return self.weights.family.source

    @property
    def at_once(self) -> int:
        return self._at_once

    @property
    def pid(self) -> int | None:
        """Return the process that holds the model now, if any does."""
        return self._process.pid

    def version(self) -> str:
        return self.weights.version()

    def load(self) -> Framing:
        return cast("LoadedTagger", self._process.begin().result()).framing

    def look(self, frames: Sequence[bytes]) -> Future[list[Said]]:
        return self._process.ask(asking.look, tuple(frames))

    def describe(self, pictures: Sequence[bytes]) -> list[bytes]:
        """Describe pictures, which are JPEGs; between two batches it can look at others for tags."""
        found: list[bytes] = []
        for start in range(0, len(pictures), self._at_once):
            some = tuple(pictures[start : start + self._at_once])
            found += self._process.ask(asking.describe, some).result()
        return found

    def close(self) -> None:
        """End the process for good; what waits for it is cancelled."""
        self._process.close()


class TaggerEmbedder(Embedder):
    """Speaks for the output of a tagger that describes pictures; who opened the tagger closes it.

    Both share a process, so that a model is in memory once, whatever it is asked for.
    """

    reads = False

    def __init__(self, tagger: TaggerProcess) -> None:
        self._tagger = tagger

    @property
    def name(self) -> str:
        return f"{self._tagger.weights.name} {TAGGER}"

    def version(self) -> str:
        return self._tagger.version()

    def dimensions(self) -> int:
        return self._tagger.weights.width()  # which may be in use, so that it is not asked

    def see(self, pictures: Sequence[bytes]) -> list[bytes]:
        return self._tagger.describe(pictures)

    def read(self, text: str) -> bytes:  # noqa: ARG002 (no tagger reads)
        raise ModelUnusable(phrase("{name} describes pictures, and no words.", name=self.name))

    def close(self) -> None:
        """Leave the tagger to whoever opened it."""
