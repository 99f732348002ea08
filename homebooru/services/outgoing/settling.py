"""Waits until Immich has read again what was sent: an asset then bears another time of change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from homebooru.domain.immich.assets import AssetDetail, Visibility
from homebooru.domain.immich.windows import Window
from homebooru.ports.immich import ImmichUser

Pause = Callable[[float], object]
GoesOn = Callable[[], bool]
Details = dict[UUID, AssetDetail | None]
FIRST, LONGEST = 0.25, 5.0
LOOKS = 40  # that tell no news of any asset


@dataclass(frozen=True, slots=True)
class Settler:
    """Looks for what a user's assets come to, and waits between two looks as long as it `goes_on`.

    `visibilities` are those of the assets.
    """

    user: ImmichUser
    visibilities: Collection[Visibility]
    pause: Pause
    goes_on: GoesOn

    def settle(self, waiting: Mapping[UUID, datetime], since: datetime) -> Details:
        """Return what Immich says of the assets that no longer bear the times given.

        It waits until all of them moved, or none does any more. `since` lies before whatever they
        move to, and behind as much as possible of what else ever changed there.
        """
        settled: Details = {}
        looks, seconds = 0, FIRST
        while len(settled) < len(waiting) and looks < LOOKS and self.goes_on():
            left = {one: stamp for one, stamp in waiting.items() if one not in settled}
            moved = self._moved(left, since)
            looks = 0 if moved else looks + 1
            settled |= moved
            if len(settled) < len(waiting):
                self.pause(seconds)
                seconds = min(LONGEST, seconds * 1.4)
        return settled

    def _moved(self, left: Mapping[UUID, datetime], since: datetime) -> Details:
        """Return what is said of those that moved, by what changed at all; else by asking each."""
        changed: set[UUID] = set()
        for visibility in sorted(self.visibilities):
            page = self.user.search(
                Window(visibility=visibility, updated_after=since, with_people=False)
            )
            if not page.is_whole:
                return {
                    one: detail
                    for one, detail in self.user.details(left)
                    if detail is None or detail.asset.updated_at != left[one]
                }
            changed |= {
                asset.id
                for asset in page.assets
                if asset.id in left and asset.updated_at != left[asset.id]
            }
        return dict(self.user.details(changed))
