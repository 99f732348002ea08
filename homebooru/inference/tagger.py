"""A tagger, which looks at pictures in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import cast

from homebooru.domain.said import Said
from homebooru.domain.taggers import Framing
from homebooru.inference import asking
from homebooru.inference.asking import LoadedTagger, Options
from homebooru.inference.catalog import Weights
from homebooru.inference.process import ModelProcess, Patience
from homebooru.ports import Tagger


class TaggerProcess(Tagger):
    """Speaks for a folder with a tagger; whoever opened it closes it."""

    def __init__(
        self, weights: Weights, options: Options, patience: Patience, *, at_once: int
    ) -> None:
        self._weights, self._at_once = weights, at_once
        self._process = ModelProcess(
            weights.name, weights.network, asking.load, (weights, options), patience
        )

    @property
    def name(self) -> str:
        return self._weights.family.source

    @property
    def at_once(self) -> int:
        return self._at_once

    @property
    def pid(self) -> int | None:
        """Return the process that holds the model now, if any does."""
        return self._process.pid

    def version(self) -> str:
        return self._weights.version()

    def load(self) -> Framing:
        return cast("LoadedTagger", self._process.begin().result()).framing

    def look(self, frames: Sequence[bytes]) -> Future[list[Said]]:
        return self._process.ask(asking.look, tuple(frames))

    def close(self) -> None:
        """End the process for good; what waits for it is cancelled."""
        self._process.close()
