"""Reads windows of Immich whole, however many assets are in them, without ever a second page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from homebooru.domain.immich.assets import Asset, Visibility
from homebooru.domain.immich.bisecting import halves, holds
from homebooru.domain.immich.windows import Strip, Window
from homebooru.errors import RemoteChanged
from homebooru.phrases import phrase
from homebooru.ports.immich import ImmichReader

BY_SEARCH = frozenset({Visibility.HIDDEN})
"""Visibilities of which the timeline has nothing."""


@dataclass(slots=True)
class WindowReader:
    """Reads windows; what no window is narrow enough for is `stuck`, and left to a census."""

    server: ImmichReader
    stuck: list[Window] = field(default_factory=list)

    def read(self, window: Window) -> Iterator[tuple[Asset, ...]]:
        """Yield all assets in a window, some of them twice."""
        waiting = [window]
        while waiting:
            part = waiting.pop()
            page = self.server.search(part)
            _check(part, page.assets)
            if page.is_whole:
                yield page.assets
                continue
            both = halves(part, page.assets)
            if both is None:
                self.stuck.append(part)
                yield page.assets
            else:
                waiting += reversed(both)

    def members(self, window: Window, visibilities: list[Visibility]) -> Iterator[Asset]:
        """Yield the assets of all these visibilities that belong to what a window names."""
        for visibility in visibilities:
            for assets in self.read(replace(window, visibility=visibility)):
                yield from assets


def strips(visibility: Visibility) -> tuple[Strip, Strip]:
    """Return the parts of the timeline that hold all of a visibility."""
    return Strip(visibility=visibility), Strip(visibility=visibility, trashed=True)


def _check(window: Window, assets: tuple[Asset, ...]) -> None:
    """Raise RemoteChanged where an answer is not about what was asked for.

    A server that passes over what it does not understand would send everything again and again.
    """
    if not all(holds(window, asset) for asset in assets):
        raise RemoteChanged(
            phrase(
                "Immich answered with other assets than were asked for. Is its version supported?"
            )
        )
