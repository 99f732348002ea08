"""What it takes to fetch pictures from another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from homebooru.domain.takeover.originals import Original

Take = Callable[[Iterator[bytes]], None]


class OriginalGiver(Protocol):
    """Another program that lets its pictures be fetched."""

    def give(self, number: int, take: Take) -> None:
        """Let `take` read a picture, piece by piece, and anew where the other stumbles.

        Raises a RemoteError, RemoteMissing where there is no such picture.
        """


class OriginalKeeper(Protocol):
    """Keeps pictures that come from another program."""

    def has(self, original: Original) -> bool:
        """Tell whether a picture is there, whole."""

    def keep(self, original: Original, pieces: Iterator[bytes]) -> None:
        """Keep a picture once all of it came; raises Unreadable where that cannot be done."""
