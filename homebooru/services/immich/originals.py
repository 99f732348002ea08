"""Originals that lie in Immich alone: where they are, for those who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries.scope import lies_there, visible
from homebooru.db.tables import AssetRow, LocationRow, PostRow
from homebooru.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class RemoteOriginal:
    """A file in Immich, and for whom it is asked there."""

    owner_id: UUID
    asset_id: UUID
    name: str
    mime: str | None


def find_original(sessions: Sessions, post_id: int, scope: Scope) -> RemoteOriginal | None:
    """Return where in Immich the file of a post is, None where it is not or may not be seen."""
    with sessions() as session:
        row = session.execute(
            sa.select(AssetRow.owner_id, AssetRow.remote_id, LocationRow.name, PostRow.mime)
            .join(PostRow, PostRow.id == AssetRow.post_id)
            .join(LocationRow, LocationRow.asset_id == AssetRow.id)
            .where(
                PostRow.id == post_id,
                visible(scope),
                lies_there(scope),
                LocationRow.missing_since.is_(None),
                AssetRow.owner_id.is_not(None),
            )
            .order_by(AssetRow.id)
            .limit(1)
        ).one_or_none()
    if row is None or row.owner_id is None:
        return None
    return RemoteOriginal(row.owner_id, row.remote_id, row.name, row.mime)
