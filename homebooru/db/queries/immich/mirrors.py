"""How far the assets of Immich's users are mirrored."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.policy import keep_setting, setting
from homebooru.db.tables import AssetRow, MirrorRow
from homebooru.domain.immich.marks import Mark

DEFAULT_VISIBILITIES = ("timeline", "archive")
CENSUS_EVERY = timedelta(days=1)
BELIEVED = "immich_believed"  # the setting that names whose losses a person confirmed


def mirror_of(session: Session, owner_id: UUID, *, update: bool = False) -> MirrorRow:
    """Return how far a user's assets are mirrored; a user who is new begins at nothing."""
    session.execute(
        insert(MirrorRow)
        .values(owner_id=owner_id, visibilities=list(DEFAULT_VISIBILITIES))
        .on_conflict_do_nothing()
    )
    return session.get_one(
        MirrorRow, owner_id, populate_existing=True, with_for_update=update or None
    )


def is_census_due(session: Session, owner_id: UUID) -> bool:
    """Tell whether all assets are to be counted again: once a day, or when somebody asked for it."""
    row = MirrorRow
    stale = row.census_at < sa.func.now() - CENSUS_EVERY
    wanted = sa.or_(row.census_due, row.census_at.is_(None), stale)
    return bool(session.scalar(sa.select(wanted).where(row.owner_id == owner_id)))


def mark_of(row: MirrorRow) -> Mark:
    return Mark(row.watermark, row.seen_at, row.settled)


def keep_mark(row: MirrorRow, mark: Mark) -> None:
    row.watermark, row.seen_at, row.settled = mark.watermark, mark.seen_at, mark.settled


def doubt(session: Session, owner_id: UUID, absent: Collection[UUID]) -> None:
    """Note since when assets could not be found; of the others nothing is doubted."""
    mine = AssetRow.owner_id == owner_id
    session.execute(
        sa.update(AssetRow)
        .where(mine, AssetRow.doubted_at.is_not(None), AssetRow.remote_id.not_in(absent))
        .values(doubted_at=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(AssetRow)
        .where(mine, AssetRow.doubted_at.is_(None), AssetRow.remote_id.in_(absent))
        .values(doubted_at=sa.func.now())
        .execution_options(synchronize_session=False)
    )


def believe(session: Session, owner_id: UUID) -> None:
    """Note that what the next census does not find is gone."""
    mirror_of(session, owner_id, update=True).census_due = True
    kept = setting(session, BELIEVED) or []
    keep_setting(session, BELIEVED, sorted({*kept, str(owner_id)}))


def is_believed(session: Session, owner_id: UUID) -> bool:
    """Tell whether a person said that what a census does not find is gone."""
    return str(owner_id) in (setting(session, BELIEVED) or [])


def end_belief(session: Session, owner_id: UUID) -> None:
    """Let a person's word count for one census."""
    if is_believed(session, owner_id):
        kept = setting(session, BELIEVED) or []
        keep_setting(session, BELIEVED, [one for one in kept if one != str(owner_id)])
