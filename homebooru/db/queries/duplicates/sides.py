"""What is known of two files that are to be compared."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from homebooru.db.queries.records import any_of
from homebooru.db.queries.scope import visible
from homebooru.db.tables import (
    AlbumAssetRow,
    AssetRow,
    FavouriteRow,
    LocationRow,
    PoolPostRow,
    PostRow,
    RecordRow,
)
from homebooru.domain.duplicates.weighing import Side
from homebooru.domain.lookups.outcomes import KNOWN
from homebooru.domain.scope import Scope
from homebooru.sites import BOORUS


def read_sides(session: Session, post_ids: Collection[int], scope: Scope) -> dict[int, Side]:
    """Return what there is to weigh of those posts that somebody sees."""
    known = sa.exists().where(
        RecordRow.post_id == PostRow.id,
        RecordRow.source.in_(BOORUS),
        RecordRow.outcome.in_(KNOWN),
    )
    mirrored = sa.exists().where(
        LocationRow.post_id == PostRow.id,
        LocationRow.kind == "immich",
        LocationRow.missing_since.is_(None),
    )
    rows = session.execute(
        sa.select(
            PostRow.id.label("post_id"),
            sa.func.coalesce(PostRow.width, 0).label("width"),
            sa.func.coalesce(PostRow.height, 0).label("height"),
            sa.func.coalesce(PostRow.size, 0).label("size"),
            sa.func.coalesce(PostRow.mime, "").label("mime"),
            PostRow.dated_at,
            sa.func.cardinality(PostRow.tag_ids).label("tags"),
            sa.func.cardinality(PostRow.sources).label("addresses"),
            _count(FavouriteRow.post_id).label("likes"),
            _count(PoolPostRow.post_id).label("pools"),
            _albums().label("albums"),
            known.label("is_known"),
            mirrored.label("in_immich"),
            PostRow.damaged.label("is_damaged"),
        ).where(any_of(PostRow.id, list(post_ids)), visible(scope))
    )
    return {row["post_id"]: Side(**row) for row in rows.mappings()}


def _count(post: InstrumentedAttribute[int]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(post == PostRow.id).correlate(PostRow).scalar_subquery()


def _albums() -> sa.ScalarSelect[int]:
    inside = sa.select(sa.func.count()).select_from(AlbumAssetRow)
    inside = inside.join(AssetRow, AssetRow.id == AlbumAssetRow.asset_id)
    return inside.where(AssetRow.post_id == PostRow.id).correlate(PostRow).scalar_subquery()
