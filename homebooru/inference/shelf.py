"""The models that this process uses; each is opened once, and stays for the next work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Something that is to be closed in the end."""

    def close(self) -> None:
        """End all that is open."""


P = TypeVar("P", bound=Closable)


class Shelf(Generic[P]):
    """Holds processes of models, by what tells them apart: the version of their files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, P] = {}

    def take(self, there: Mapping[str, Callable[[], P]]) -> list[P]:
        """Return the models that are there now, opened; what was replaced is let go of."""
        with self._lock:
            for version in self._held.keys() - there.keys():
                self._held.pop(version).close()
            for version in there.keys() - self._held.keys():
                self._held[version] = there[version]()
            return [self._held[version] for version in there]

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            while self._held:
                self._held.popitem()[1].close()
