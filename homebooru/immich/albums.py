"""Reads albums and stacks, and changes what is in an album."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from homebooru.domain.immich.changes import MOST_NAMED, Refusal
from homebooru.domain.immich.groups import Album, Stack
from homebooru.immich import payloads
from homebooru.immich.client import Part, batches


class Albums(Part):
    """The part of Immich that knows what belongs together."""

    def albums(self) -> Sequence[Album]:
        return self._client.get("/albums", payloads.read_albums)

    def stacks(self) -> Sequence[Stack]:
        return self._client.get("/stacks", payloads.read_stacks)

    def add_to_album(self, album_id: UUID, asset_ids: Collection[UUID]) -> Mapping[UUID, Refusal]:
        return self._membership("PUT", album_id, asset_ids)

    def remove_from_album(
        self, album_id: UUID, asset_ids: Collection[UUID]
    ) -> Mapping[UUID, Refusal]:
        return self._membership("DELETE", album_id, asset_ids)

    def _membership(
        self, method: str, album_id: UUID, asset_ids: Collection[UUID]
    ) -> Mapping[UUID, Refusal]:
        refused: dict[UUID, Refusal] = {}
        for ids in batches(asset_ids, MOST_NAMED):
            path = f"/albums/{album_id}/assets"
            refused |= self._client.change(method, path, {"ids": ids}, payloads.read_refusals)
        return refused
