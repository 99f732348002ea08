"""Reads and makes tags, puts them on assets, and takes them off."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from homebooru.domain.immich.changes import MOST_NAMED, MOST_PAIRS, MOST_TAGGED, Refusal
from homebooru.domain.immich.groups import RemoteTag
from homebooru.errors import InvalidInput, RemoteMissing
from homebooru.immich import payloads
from homebooru.immich.client import Part, batches, counted, nothing
from homebooru.phrases import phrase


class Tags(Part):
    """The part of Immich that knows tags."""

    def tags(self) -> Sequence[RemoteTag]:
        return self._client.get("/tags", payloads.read_tags)

    def upsert_tags(self, values: Collection[str]) -> Sequence[RemoteTag]:
        made: list[RemoteTag] = []
        for tags in batches(values, MOST_NAMED):
            made += self._client.change("PUT", "/tags", {"tags": tags}, payloads.read_tags)
        return made

    def tag(self, tag_ids: Collection[UUID], asset_ids: Collection[UUID]) -> int:
        if len(tag_ids) > MOST_PAIRS:
            raise InvalidInput(phrase("Immich takes no more than {most} tags.", most=MOST_PAIRS))
        most = min(MOST_TAGGED, MOST_PAIRS // max(1, len(tag_ids)))
        tags = [str(tag) for tag in tag_ids]
        return sum(
            self._client.change(
                "PUT", "/tags/assets", {"tagIds": tags, "assetIds": assets}, counted
            )
            for assets in batches(asset_ids, most)
        )

    def untag(self, tag_id: UUID, asset_ids: Collection[UUID]) -> Mapping[UUID, Refusal]:
        refused: dict[UUID, Refusal] = {}
        for ids in batches(asset_ids, MOST_TAGGED):
            path = f"/tags/{tag_id}/assets"
            refused |= self._client.change("DELETE", path, {"ids": ids}, payloads.read_refusals)
        return refused

    def delete_tag(self, tag_id: UUID) -> bool:
        try:
            self._client.change("DELETE", f"/tags/{tag_id}", None, nothing)
        except RemoteMissing:
            return False
        return True
