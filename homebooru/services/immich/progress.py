"""Tells how far the mirror is, and what people are asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from homebooru.db.engine import Sessions
from homebooru.db.queries.immich import ledger
from homebooru.db.tables import AssetRow, MirrorRow, PictureOrderRow, TagRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorState:
    """How far a user's assets are mirrored; `doubted` could not be found, and stay for now."""

    owner_id: UUID
    synced_at: datetime | None
    census_at: datetime | None
    brake: str | None
    assets: int = 0
    trashed: int = 0
    doubted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is asked about a tag of ours: it is `gone` from Immich, or many lost it."""

    id: int
    tag: str
    value: str
    is_gone: bool
    posts: int
    made_at: datetime


def mirrors(sessions: Sessions) -> dict[UUID, MirrorState]:
    """Return how far the mirror of each user is."""
    with sessions() as session:
        counts = {row.owner_id: row for row in session.execute(_counts())}
        rows = session.scalars(sa.select(MirrorRow)).all()
    return {
        row.owner_id: MirrorState(
            owner_id=row.owner_id,
            synced_at=row.synced_at,
            census_at=row.census_at,
            brake=row.brake,
            assets=counts[row.owner_id].assets if row.owner_id in counts else 0,
            trashed=counts[row.owner_id].trashed if row.owner_id in counts else 0,
            doubted=counts[row.owner_id].doubted if row.owner_id in counts else 0,
        )
        for row in rows
    }


def _counts() -> sa.Select[UUID | None, int, int, int]:
    return sa.select(
        AssetRow.owner_id,
        sa.func.count().label("assets"),
        sa.func.count().filter(AssetRow.is_trashed).label("trashed"),
        sa.func.count().filter(AssetRow.doubted_at.is_not(None)).label("doubted"),
    ).group_by(AssetRow.owner_id)


def waiting_pictures(sessions: Sessions) -> int:
    """Return how many posts wait for a thumbnail from Immich."""
    with sessions() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(PictureOrderRow)) or 0


def questions(sessions: Sessions) -> list[Question]:
    """Return what people are asked about tags of ours in Immich."""
    with sessions() as session:
        rows = ledger.open_questions(session)
        tags = sa.select(TagRow.id, TagRow.name).where(TagRow.id.in_([row.tag_id for row in rows]))
        names = {row.id: row.name for row in session.execute(tags)}
    return [
        Question(
            id=row.id,
            tag=names[row.tag_id],
            value=row.value,
            is_gone=row.kind == "gone",
            posts=len(row.post_ids),
            made_at=row.made_at,
        )
        for row in rows
    ]
