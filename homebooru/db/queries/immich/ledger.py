"""What of our tags on assets is not as we last wrote it, and what people are asked about that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.outgoing.beside import says
from homebooru.db.queries.records import any_of
from homebooru.db.tables import (
    AssetRow,
    PushRow,
    RemoteTagRow,
    TagQuestionRow,
)
from homebooru.domain.immich.acts import Difference
from homebooru.domain.outgoing.pushing import Channel


def lost(session: Session, owner_id: UUID, before: datetime) -> list[Difference]:
    """Return what was ours on assets for certain, and is not there any more.

    Assets that we wrote on since `before` are left out: what is known of them may be older; so is
    what we took out of their sidecars ourselves.
    """
    agreed = sa.func.unnest(PushRow.agreed, type_=sa.Text).label("value")
    each = (
        sa.select(PushRow.asset_id, PushRow.channel, AssetRow.tag_ids, agreed)
        .join(AssetRow, AssetRow.id == PushRow.asset_id)
        .where(_settled(owner_id, before))
        .subquery()
        .c
    )
    there = sa.exists().where(
        RemoteTagRow.remote_id == sa.any_(each.tag_ids), RemoteTagRow.value == each.value
    )
    said = says(each.asset_id, each.value, or_said=True)
    rows = session.execute(
        sa.select(each.asset_id, each.value)
        .where(~there, sa.or_(each.channel == Channel.API, said))
        .order_by(each.asset_id, each.value)
    )
    return [Difference(row.asset_id, row.value) for row in rows]


def came(session: Session, owner_id: UUID, before: datetime) -> list[Difference]:
    """Return what stands on assets beside what we wrote there; not all of it is like ours.

    What Immich read in our sidecars before we asked it to is left out.
    """
    ours = PushRow.agreed.op("||")(PushRow.pending)
    rows = session.execute(
        sa.select(PushRow.asset_id, RemoteTagRow.value)
        .join(AssetRow, AssetRow.id == PushRow.asset_id)
        .join(RemoteTagRow, RemoteTagRow.remote_id == sa.any_(AssetRow.tag_ids))
        .where(
            _settled(owner_id, before),
            RemoteTagRow.value != sa.all_(ours),
            ~says(PushRow.asset_id, RemoteTagRow.value),
        )
        .order_by(PushRow.asset_id, RemoteTagRow.value)
    )
    return [Difference(row.asset_id, row.value) for row in rows]


def note_gone(session: Session, differences: Iterable[Difference]) -> None:
    """Remember that tags were taken off assets there, so that they stay off."""
    for one in differences:
        session.execute(
            sa.update(PushRow)
            .where(PushRow.asset_id == one.asset_id)
            .values(
                agreed=sa.func.array_remove(PushRow.agreed, one.value),
                gone=sa.func.array_append(sa.func.array_remove(PushRow.gone, one.value), one.value),
            )
            .execution_options(synchronize_session=False)
        )


def note_came(session: Session, differences: Iterable[Difference]) -> None:
    """Remember that tags like ours were put on assets there."""
    for one in differences:
        session.execute(
            sa.update(PushRow)
            .where(PushRow.asset_id == one.asset_id)
            .values(
                agreed=sa.func.array_append(PushRow.agreed, one.value),
                gone=sa.func.array_remove(PushRow.gone, one.value),
            )
            .execution_options(synchronize_session=False)
        )


def open_questions(session: Session) -> Sequence[TagQuestionRow]:
    """Return what people are asked, the newest first."""
    return session.scalars(
        sa.select(TagQuestionRow)
        .where(TagQuestionRow.answer.is_(None))
        .order_by(TagQuestionRow.id.desc())
    ).all()


def answer(session: Session, question_id: int, said: str) -> TagQuestionRow | None:
    """Keep an answer; return its question, None where it has one already."""
    row = session.get(TagQuestionRow, question_id, with_for_update=True)
    if row is None or row.answer is not None:
        return None
    row.answer, row.answered_at = said, sa.func.now()
    return row


def forget_gone(session: Session, owner_id: UUID, value: str, post_ids: Sequence[int]) -> None:
    """Forget that a tag was taken off, so that it may be written again."""
    mine = sa.select(AssetRow.id).where(
        AssetRow.owner_id == owner_id, any_of(AssetRow.post_id, list(post_ids))
    )
    session.execute(
        sa.update(PushRow)
        .where(PushRow.asset_id.in_(mine), PushRow.gone.contains([value]))
        .values(gone=sa.func.array_remove(PushRow.gone, value))
        .execution_options(synchronize_session=False)
    )


def _settled(owner_id: UUID, before: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        AssetRow.owner_id == owner_id, PushRow.state == "verified", PushRow.read_at < before
    )
