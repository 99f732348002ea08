"""Assets of the mirror: what is known of them, and the posts that they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.immich import wishes
from homebooru.db.queries.records import any_of
from homebooru.db.tables import (
    AssetRow,
    FormerDigestRow,
    LocationRow,
    PictureOrderRow,
    PostRow,
    PushRow,
)
from homebooru.domain.immich.mapping import Place

IN_IMMICH = "immich"
"""The kind of locations that are assets."""


def known_times(
    session: Session, owner_id: UUID, since: datetime | None
) -> dict[UUID, datetime | None]:
    """Return the assets of a user, with when Immich changed them; with `since`, only later ones.

    Those whose details are to be read again are among them in any case.
    """
    mine = AssetRow.owner_id == owner_id
    if since is not None:
        mine = sa.and_(mine, sa.or_(AssetRow.updated_at >= since, AssetRow.updated_at.is_(None)))
    rows = session.execute(sa.select(AssetRow.remote_id, AssetRow.updated_at).where(mine))
    return {row.remote_id: row.updated_at for row in rows}


def times_of(session: Session, asset_ids: Collection[UUID]) -> dict[UUID, datetime | None]:
    """Return when Immich changed assets, as far as they are known."""
    rows = session.execute(
        sa.select(AssetRow.remote_id, AssetRow.updated_at).where(AssetRow.remote_id.in_(asset_ids))
    )
    return {row.remote_id: row.updated_at for row in rows}


def to_read_again(session: Session, owner_id: UUID) -> list[UUID]:
    """Return the assets whose details are wanted whatever their time says."""
    return list(
        session.scalars(
            sa.select(AssetRow.remote_id)
            .where(AssetRow.owner_id == owner_id, AssetRow.updated_at.is_(None))
            .order_by(AssetRow.id)
        )
    )


def assets_called(session: Session, remote_ids: Collection[UUID]) -> dict[UUID, AssetRow]:
    """Return assets by what Immich calls them."""
    rows = session.scalars(
        sa.select(AssetRow)
        .where(AssetRow.remote_id.in_(remote_ids))
        .execution_options(populate_existing=True)
    )
    return {row.remote_id: row for row in rows}


def locations_of(session: Session, asset_ids: Collection[int]) -> dict[int, LocationRow]:
    """Return the locations of assets, by the ids that those have here."""
    rows = session.scalars(sa.select(LocationRow).where(LocationRow.asset_id.in_(asset_ids)))
    return {row.asset_id: row for row in rows if row.asset_id is not None}


def posts_with_sha1(session: Session, digests: Collection[bytes]) -> dict[bytes, int]:
    """Return posts that have, or had, these bytes; who has read them comes before who was told."""
    former = sa.select(
        FormerDigestRow.sha1.label("sha1"), FormerDigestRow.post_id, sa.literal(1).label("rank")
    ).where(FormerDigestRow.sha1.in_(digests))
    unread = sa.case((PostRow.sha256.is_(None), 2), else_=0)
    current = sa.select(PostRow.sha1, PostRow.id, unread).where(PostRow.sha1.in_(digests))
    rows = session.execute(sa.union_all(former, current).order_by("rank", "post_id"))
    found: dict[bytes, int] = {}
    for sha1, post_id, _ in rows:
        found.setdefault(sha1, post_id)
    return found


def posts_at(session: Session, places: Collection[Place]) -> dict[Place, int]:
    """Return the posts that lie at places on our disk."""
    if not places:
        return {}
    rows = session.execute(
        sa.select(LocationRow.root_id, LocationRow.path, LocationRow.post_id).where(
            sa.tuple_(LocationRow.root_id, LocationRow.path).in_(places),
            LocationRow.missing_since.is_(None),
        )
    )
    return {(row.root_id, row.path): row.post_id for row in rows if row.root_id is not None}


def make_posts(session: Session, facts: Sequence[Mapping[str, Any]]) -> list[int]:
    """Make posts of assets that nobody else shows; return their ids."""
    if not facts:
        return []
    new = sa.insert(PostRow).returning(PostRow.id, sort_by_parameter_order=True)
    return list(session.scalars(new, facts))


def shown_by(session: Session, asset_ids: Collection[int]) -> dict[int, int]:
    """Return the posts that assets are, by asset."""
    rows = session.execute(
        sa.select(AssetRow.id, AssetRow.post_id).where(any_of(AssetRow.id, list(asset_ids)))
    )
    return {row.id: row.post_id for row in rows}


def unplaced(session: Session, owner_id: UUID) -> list[AssetRow]:
    """Return assets of external libraries whose bytes nobody has read here."""
    return list(
        session.scalars(
            sa.select(AssetRow)
            .join(PostRow, PostRow.id == AssetRow.post_id)
            .where(
                AssetRow.owner_id == owner_id,
                AssetRow.library_id.is_not(None),
                PostRow.sha256.is_(None),
            )
            .order_by(AssetRow.id)
        )
    )


def written_there(session: Session, asset_ids: Collection[int]) -> dict[int, PushRow]:
    """Return what we last wrote on assets, by the ids that those have here."""
    rows = session.scalars(
        sa.select(PushRow)
        .where(PushRow.asset_id.in_(asset_ids))
        .execution_options(populate_existing=True)
    )
    return {row.asset_id: row for row in rows}


def order_pictures(session: Session, post_ids: Collection[int]) -> bool:
    """Let posts that lie in Immich alone, and have no thumbnail, wait for one; tell if any does."""
    on_disk = sa.exists().where(
        LocationRow.post_id == PostRow.id,
        LocationRow.kind != IN_IMMICH,
        LocationRow.missing_since.is_(None),
    )
    wanting = sa.select(PostRow.id).where(
        PostRow.id.in_(post_ids),
        PostRow.state == "pending",
        PostRow.missing_since.is_(None),
        ~on_disk,
    )
    ordered = session.scalars(
        insert(PictureOrderRow)
        .from_select(["post_id"], wanting)
        .on_conflict_do_nothing()
        .returning(PictureOrderRow.post_id)
    )
    return ordered.first() is not None


def forget_assets(session: Session, asset_ids: Iterable[int]) -> set[int]:
    """Take assets out of the mirror; where they lay is missing. Return the posts that they were."""
    ids = list(asset_ids)
    posts = set(session.scalars(sa.select(AssetRow.post_id).where(any_of(AssetRow.id, ids))))
    wishes.note_gone(session, ids)
    session.execute(
        sa.update(LocationRow)
        .where(any_of(LocationRow.asset_id, ids))
        .values(
            asset_id=None, missing_since=sa.func.coalesce(LocationRow.missing_since, sa.func.now())
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.delete(AssetRow)
        .where(any_of(AssetRow.id, ids))
        .execution_options(synchronize_session=False)
    )
    return posts
