"""What a post's page tells of Immich: where the post lies there, in which albums, who is shown."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.scope import visible
from homebooru.db.tables import (
    AlbumPostRow,
    AlbumRow,
    AssetRow,
    PersonPostRow,
    PersonRow,
    PostRow,
)
from homebooru.domain.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetView:
    """A place of a post in Immich."""

    remote_id: UUID
    visibility: str
    is_favourite: bool
    is_trashed: bool
    is_offline: bool

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
    """Return what is known of a post in Immich; nothing to those who see some folders alone."""
    if scope.roots is not None:
        return NOWHERE
    with one_moment(sessions) as session:
        assets = session.scalars(
            sa.select(AssetRow)
            .join(PostRow, PostRow.id == AssetRow.post_id)
            .where(PostRow.id == post_id, visible(scope))
            .order_by(AssetRow.is_trashed, AssetRow.id)
        ).all()
        if not assets:
            return NOWHERE
        albums = sa.select(AlbumRow.name).join(AlbumPostRow, AlbumPostRow.album_id == AlbumRow.id)
        people = sa.select(PersonRow.name).join(
            PersonPostRow, PersonPostRow.person_id == PersonRow.id
        )
        return InImmich(
            tuple(map(_view, assets)),
            tuple(session.scalars(albums.where(AlbumPostRow.post_id == post_id).order_by("name"))),
            tuple(
                session.scalars(
                    people.where(PersonPostRow.post_id == post_id, PersonRow.name != "").order_by(
                        "name"
                    )
                )
            ),
        )


def _view(row: AssetRow) -> AssetView:
    return AssetView(
        remote_id=row.remote_id,
        visibility=row.visibility,
        is_favourite=row.is_favourite,
        is_trashed=row.is_trashed,
        is_offline=row.is_offline,
    )
