"""Finds and changes assets, and fetches their files."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from homebooru.domain.immich.access import Version
from homebooru.domain.immich.assets import AssetDetail, Visibility
from homebooru.domain.immich.changes import MOST_NAMED, AssetChange, ThumbnailSize
from homebooru.domain.immich.windows import (
    MOST_LISTED,
    Count,
    Listed,
    Month,
    Page,
    Strip,
    Window,
)
from homebooru.errors import RemoteMissing
from homebooru.immich import payloads
from homebooru.immich.client import batches, counted, nothing
from homebooru.immich.server import Server
from homebooru.ports.immich import FilePart


class Assets(Server):
    """The part of Immich that knows assets."""

    def search(self, window: Window) -> Page:
        return self._client.search("/search/metadata", _asked(window), payloads.read_page)

    def asset(self, asset_id: UUID) -> AssetDetail | None:
        try:
            return self._client.get(f"/assets/{asset_id}", payloads.read_detail)
        except RemoteMissing:
            return None

    def details(self, asset_ids: Iterable[UUID]) -> Iterator[tuple[UUID, AssetDetail | None]]:
        return self._client.side_by_side(self.asset, asset_ids)

    def months(self, strip: Strip) -> Sequence[Month]:
        return self._client.get("/timeline/buckets", payloads.read_months, _part(strip))

    def month(self, strip: Strip, month: Month) -> Sequence[Listed]:
        asked = {**_part(strip), "timeBucket": month.first.isoformat()}
        return self._client.get("/timeline/bucket", payloads.read_month, asked)

    def count(self, visibility: Visibility, *, trashed: bool = False) -> Count:
        asked = {"visibility": visibility.value, "isTrashed": _said(wanted=trashed)}
        return self._client.get("/assets/statistics", payloads.read_count, asked)

    def original(self, asset_id: UUID) -> AbstractContextManager[Iterator[bytes]]:
        return self._client.stream(f"/assets/{asset_id}/original")

    def part(self, asset_id: UUID, wanted: str | None) -> AbstractContextManager[FilePart]:
        return self._client.part(f"/assets/{asset_id}/original", wanted)

    def thumbnail(self, asset_id: UUID, size: ThumbnailSize) -> bytes | None:
        try:
            return self._client.picture(f"/assets/{asset_id}/thumbnail", {"size": size.value})
        except RemoteMissing:
            return None

    def update(self, asset_ids: Collection[UUID], change: AssetChange) -> None:
        asked = _changed(change, self.version())
        for ids in batches(asset_ids, MOST_NAMED):
            self._client.change("PUT", "/assets", {"ids": ids, **asked}, nothing)

    def refresh(self, asset_ids: Collection[UUID]) -> None:
        for ids in batches(asset_ids, MOST_NAMED):
            body = {"assetIds": ids, "name": "refresh-metadata"}
            self._client.change("POST", "/assets/jobs", body, nothing)

    def discover_sidecars(self) -> None:
        body = {"command": "start", "force": False}
        self._client.change("PUT", "/jobs/sidecar", body, nothing)

    def trash(self, asset_ids: Collection[UUID]) -> None:
        for ids in batches(asset_ids, MOST_NAMED):
            self._client.change("DELETE", "/assets", {"ids": ids, "force": False}, nothing)

    def restore(self, asset_ids: Collection[UUID]) -> int:
        return sum(
            self._client.change("POST", "/trash/restore/assets", {"ids": ids}, counted)
            for ids in batches(asset_ids, MOST_NAMED)
        )


def _asked(window: Window) -> dict[str, Any]:
    times = {
        "updatedAfter": window.updated_after,
        "updatedBefore": window.updated_before,
        "takenAfter": window.taken_after,
        "takenBefore": window.taken_before,
    }
    of = {
        "albumIds": window.album_id,
        "tagIds": window.tag_id,
        "personIds": window.person_id,
    }
    return {
        "size": MOST_LISTED,
        "visibility": window.visibility.value,
        "withDeleted": True,
        "withPeople": window.with_people,
        **{name: payloads.as_text(time) for name, time in times.items() if time is not None},
        **{name: [str(one)] for name, one in of.items() if one is not None},
    }


def _part(strip: Strip) -> dict[str, str]:
    of = {"albumId": strip.album_id, "tagId": strip.tag_id, "personId": strip.person_id}
    return {
        "visibility": strip.visibility.value,
        "isTrashed": _said(wanted=strip.trashed),
        **{name: str(one) for name, one in of.items() if one is not None},
    }


def _changed(change: AssetChange, version: Version) -> dict[str, Any]:
    """Return a change as a version takes it: that there are no stars is null since version 3."""
    asked: dict[str, Any] = {
        "isFavorite": change.favourite,
        "visibility": change.visibility and change.visibility.value,
        "description": change.description,
        "rating": change.stars,
    }
    asked = {name: value for name, value in asked.items() if value is not None}
    if change.stars == 0 and version.major >= 3:
        asked["rating"] = None
    return asked


def _said(*, wanted: bool) -> str:
    return "true" if wanted else "false"
