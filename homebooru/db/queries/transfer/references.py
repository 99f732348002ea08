"""How posts are named in an export: by what their bytes are, which is the same everywhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import AssetRow, PostRow


def reference() -> tuple[sa.Label[Any]]:
    """Return the column that names a post: by its SHA-256, its SHA-1, or what Immich calls it."""
    asset = (
        sa.select(sa.func.min(sa.cast(AssetRow.remote_id, sa.Text)))
        .where(AssetRow.post_id == PostRow.id)
        .scalar_subquery()
    )
    return (
        sa.func.coalesce(
            sa.literal("sha256:") + sa.func.encode(PostRow.sha256, "hex"),
            sa.literal("sha1:") + sa.func.encode(PostRow.sha1, "hex"),
            sa.literal("asset:") + asset,
        ).label("reference"),
    )


def references_of(session: Session, post_ids: Collection[int]) -> dict[int, str]:
    """Return what posts are called in an export; those that nothing names are left out."""
    rows = session.execute(
        sa.select(PostRow.id, *reference()).where(any_of(PostRow.id, list(post_ids)))
    )
    return {row.id: row.reference for row in rows if row.reference is not None}
