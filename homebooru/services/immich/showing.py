"""What a post's page tells of Immich: where the post lies there, in which albums, who is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.scope import visible
from homebooru.db.tables import (
    AlbumAssetRow,
    AlbumRow,
    AssetRow,
    MirrorRow,
    PersonRow,
    PostRow,
)
from homebooru.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """A place of a post in Immich, as it was when that was read last, at `synced_at`."""

    remote_id: UUID
    visibility: str
    is_favourite: bool
    is_trashed: bool
    is_offline: bool
    synced_at: datetime | None

    def page(self, address: str) -> str:
        """Return where people see it, on the server at an address."""
        return f"{address}/photos/{self.remote_id}"


@dataclass(frozen=True, slots=True)
class InImmich:
    """Where a post lies in Immich, and the names of its albums and of who is shown."""

    assets: tuple[AssetView, ...] = ()
    albums: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


NOWHERE = InImmich()


def in_immich(sessions: Sessions, post_id: int, scope: Scope) -> InImmich:
    """Return what is known of a post in Immich; nothing of whom they may not see."""
    with one_moment(sessions) as session:
        rows = session.execute(
            sa.select(AssetRow, MirrorRow.synced_at)
            .join(PostRow, PostRow.id == AssetRow.post_id)
            .outerjoin(MirrorRow, MirrorRow.owner_id == AssetRow.owner_id)
            .where(PostRow.id == post_id, visible(scope), _of_seen(scope))
            .order_by(AssetRow.is_trashed, AssetRow.id)
        ).all()
        if not rows:
            return NOWHERE
        return InImmich(
            tuple(_view(asset, synced_at) for asset, synced_at in rows),
            tuple(session.scalars(_albums([asset.id for asset, _ in rows]))),
            tuple(session.scalars(_people([asset.id for asset, _ in rows]))),
        )


def _of_seen(scope: Scope) -> sa.ColumnElement[bool]:
    """Tell of an asset whether somebody may know of it."""
    if scope.roots is None:
        return sa.true()
    return MirrorRow.number.in_(scope.mirrors)


def _albums(assets: list[int]) -> sa.Select[str]:
    return (
        sa.select(AlbumRow.name)
        .join(AlbumAssetRow, AlbumAssetRow.album_id == AlbumRow.id)
        .where(AlbumAssetRow.asset_id.in_(assets))
        .distinct()
        .order_by(AlbumRow.name)
    )


def _people(assets: list[int]) -> sa.Select[str]:
    return (
        sa.select(PersonRow.name)
        .join(AssetRow, PersonRow.remote_id == sa.any_(AssetRow.person_ids))
        .where(AssetRow.id.in_(assets), PersonRow.name != "")
        .distinct()
        .order_by(PersonRow.name)
    )


def _view(row: AssetRow, synced_at: datetime | None) -> AssetView:
    return AssetView(
        remote_id=row.remote_id,
        visibility=row.visibility,
        is_favourite=row.is_favourite,
        is_trashed=row.is_trashed,
        is_offline=row.is_offline,
        synced_at=synced_at,
    )
