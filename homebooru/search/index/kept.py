"""What was worked out of the index, for as long as nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")

MOST = 32  # results, each of some kilobytes, after which all are let go of


class Kept:
    """Results by what they are of, all of one version of posts and words."""

    def __init__(self) -> None:
        self._version: Hashable = None
        self._results: dict[Hashable, object] = {}

    def at(self, version: Hashable, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of this version, or make it now."""
        if version != self._version or len(self._results) >= MOST:
            self._version, self._results = version, {}
        if key not in self._results:
            self._results[key] = make()
        return cast("T", self._results[key])
