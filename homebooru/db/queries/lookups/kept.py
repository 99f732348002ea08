"""Answers that were kept: reading them again, and what of their records follows from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.lookups.chain import ENABLED
from homebooru.db.queries.lookups.services import NOW
from homebooru.db.queries.records import any_of
from homebooru.db.tables import ClaimRow, RecordRow, ServiceRow
from homebooru.domain.lookups.outcomes import ANSWERED, Found

IS_KEPT = sa.and_(RecordRow.answer.is_not(None), RecordRow.outcome.in_(ANSWERED))


def count_answers(session: Session, sources: Sequence[str]) -> int:
    """Return how many answers of these sources are kept."""
    mine = sa.and_(RecordRow.source.in_(sources), IS_KEPT)
    return session.scalar(sa.select(sa.func.count()).select_from(RecordRow).where(mine)) or 0


def answers_after(
    session: Session, source: str, post_id: int, *, limit: int
) -> dict[int, Mapping[str, Any]]:
    """Return the next answers of a source, by their posts."""
    rows = session.execute(
        sa.select(RecordRow.post_id, RecordRow.answer)
        .where(RecordRow.source == source, RecordRow.post_id > post_id, IS_KEPT)
        .order_by(RecordRow.post_id)
        .limit(limit)
    )
    return {post: answer for post, answer in rows if answer is not None}


def told_md5s(session: Session, source: str, post_ids: Collection[int]) -> dict[int, str]:
    """Return the digests under which a source knows posts."""
    rows = session.execute(
        sa.select(ClaimRow.post_id, ClaimRow.md5).where(
            ClaimRow.source == source, any_of(ClaimRow.post_id, list(post_ids))
        )
    )
    return {post: md5 for post, md5 in rows if md5 is not None}


def records_of(
    session: Session, post_id: int
) -> Sequence[sa.Row[RecordRow, ServiceRow, bool, bool]]:
    """Return what sources were asked about a post, with how these are doing.

    That is: whether they may be asked, and whether they are left alone just now.
    """
    return session.execute(
        sa.select(
            RecordRow,
            ServiceRow,
            sa.func.coalesce(ENABLED, sa.false()),
            sa.func.coalesce(ServiceRow.closed_until > NOW, sa.false()),
        )
        .outerjoin(ServiceRow, ServiceRow.name == RecordRow.source)
        .where(RecordRow.post_id == post_id)
    ).all()


def want_one(session: Session, post_id: int, source: str) -> None:
    """Let one source be asked about a post, whoever knows it already."""
    mine = insert(RecordRow).values(post_id=post_id, source=source)
    session.execute(
        mine.on_conflict_do_update(
            index_elements=[RecordRow.post_id, RecordRow.source],
            set_={"due": sa.func.now(), "waits_since": sa.func.now()},
            where=RecordRow.claimed_by.is_(None),
        )
    )


def judge(session: Session, source: str, answers: Mapping[int, Found]) -> None:
    """Write down what answers of a reverse search come to now; when it is asked again stays."""
    rows = [
        {
            "post_id": post_id,
            "source": source,
            "outcome": found.outcome,
            "similarity": found.similarity,
        }
        for post_id, found in sorted(answers.items())
    ]
    if rows:
        session.execute(sa.update(RecordRow), rows)
