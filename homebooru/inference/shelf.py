"""The taggers that this process uses; each is opened once, and stays for the next work."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from homebooru.inference.asking import Options
from homebooru.inference.catalog import choose_weights
from homebooru.inference.process import ModelProcess, Patience


class Shelf:
    """Holds processes of models, by the version of their files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, ModelProcess] = {}

    def take(
        self,
        models: Path,
        chosen: Sequence[str],
        options: Options,
        patience: Patience,
        *,
        at_once: int,
    ) -> list[ModelProcess]:
        """Return the taggers that lie in a folder now; what was replaced there is let go of."""
        there = {weights.version(): weights for weights in choose_weights(models, chosen)}
        with self._lock:
            for version in self._held.keys() - there.keys():
                self._held.pop(version).close()
            for version in there.keys() - self._held.keys():
                self._held[version] = ModelProcess(
                    there[version], options, patience, at_once=at_once
                )
            return [self._held[version] for version in there]

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            while self._held:
                self._held.popitem()[1].close()
