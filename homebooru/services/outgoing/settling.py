"""Waits until Immich has read again what was sent: an asset then bears another time of change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from uuid import UUID

from homebooru.domain.immich.assets import AssetDetail, Visibility
from homebooru.domain.immich.windows import Window
from homebooru.ports.immich import ImmichUser

Pause = Callable[[float], object]
FIRST, LONGEST = 0.25, 5.0
LOOKS = 40  # that tell no news of any asset


def settle(
    user: ImmichUser,
    waiting: Mapping[UUID, datetime],
    visibilities: Collection[Visibility],
    pause: Pause,
) -> set[UUID]:
    """Return which assets no longer bear the times given, once all do, or none does any more."""
    left, looks, seconds = dict(waiting), 0, FIRST
    while left and looks < LOOKS:
        moved = _moved(user, left, visibilities)
        looks = 0 if moved else looks + 1
        left = {one: stamp for one, stamp in left.items() if one not in moved}
        if left:
            pause(seconds)
            seconds = min(LONGEST, seconds * 1.4)
    return waiting.keys() - left.keys()


def read(user: ImmichUser, asset_ids: Collection[UUID]) -> dict[UUID, AssetDetail | None]:
    """Return what Immich says of assets."""
    return dict(user.details(asset_ids))


def _moved(
    user: ImmichUser, waiting: Mapping[UUID, datetime], visibilities: Collection[Visibility]
) -> set[UUID]:
    """Return which assets changed since, by what changed at all after the last of the times.

    All of them were read before anything was sent, so whatever moved has moved past all.
    """
    since = max(waiting.values())
    moved: set[UUID] = set()
    for visibility in sorted(visibilities):
        page = user.search(Window(visibility=visibility, updated_after=since, with_people=False))
        if not page.is_whole:
            details = read(user, waiting.keys())
            return {
                one
                for one, detail in details.items()
                if detail is None or detail.asset.updated_at != waiting[one]
            }
        moved |= {
            asset.id
            for asset in page.assets
            if asset.id in waiting and asset.updated_at != waiting[asset.id]
        }
    return moved
