"""Posts that a tagger looks at when nothing else is to be done: others know them, or it did.

They are due at a moment of their own, which is later than `chain.FAR`, so that nothing else in the
chain touches them.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from homebooru.db.queries.lookups.chain import ENABLED, FAR
from homebooru.db.queries.lookups.services import IS_OPEN
from homebooru.db.queries.policy import setting
from homebooru.db.queries.records import any_of
from homebooru.db.queue import living_workers
from homebooru.db.tables import RecordRow, ServiceRow
from homebooru.domain.lookups.outcomes import KNOWN
from homebooru.sites import TAGGERS

LEISURE = datetime(9999, 6, 1, tzinfo=UTC)
SETTING = "taggers_sample"
SAMPLE = 10  # percent of the posts that others know
SOME = 5000  # posts in one transaction
OTHER = aliased(RecordRow, name="other")
ORDER = 2_654_435_761  # spreads ids that follow each other evenly


def is_waiting(*, or_claimed: bool) -> sa.ColumnElement[bool]:
    """Tell whether a tagger is to look at something, and can."""
    wanted = sa.exists().where(
        RecordRow.source == ServiceRow.name,
        sa.or_(RecordRow.due <= sa.func.now(), RecordRow.due == LEISURE),
    )
    unlisted = ServiceRow.listed_to < ServiceRow.list_until
    waiting = sa.exists().where(
        ServiceRow.name.in_(TAGGERS), ENABLED, IS_OPEN, sa.or_(wanted, unlisted)
    )
    claimed = sa.exists().where(RecordRow.source.in_(TAGGERS), RecordRow.claimed_by.is_not(None))
    return sa.or_(waiting, claimed) if or_claimed else waiting


def load_sample(session: Session) -> int:
    """Return of how many percent of the posts that others know a tagger is asked too."""
    sample = setting(session, SETTING)
    return SAMPLE if sample is None else int(sample)


def leave_for_leisure(session: Session, some: sa.ColumnElement[bool]) -> None:
    """Let taggers look at posts (`some` records) that others know, if those are in the sample."""
    is_known = sa.exists().where(
        OTHER.post_id == RecordRow.post_id,
        OTHER.source.not_in(TAGGERS),
        OTHER.outcome.in_(KNOWN),
    )
    place = RecordRow.post_id * sa.literal(ORDER, sa.BigInteger) % (1 << 32) * 100
    is_sampled = place < load_sample(session) * (1 << 32)
    session.execute(
        sa.update(RecordRow)
        .where(
            some,
            RecordRow.source.in_(TAGGERS),
            RecordRow.outcome.is_(None),
            RecordRow.claimed_by.is_(None),
            is_known,
            RecordRow.due == sa.case((is_sampled, sa.literal(FAR)), else_=sa.literal(LEISURE)),
        )
        .values(due=sa.case((is_sampled, sa.literal(LEISURE)), else_=sa.literal(FAR)))
        .execution_options(synchronize_session=False)
    )


def look_again(session: Session, source: str, version: str, after: int) -> int | None:
    """Let a tagger look again at the next posts that another version of it saw.

    Return the last post that was gone through, None where there are no more.
    """
    ids = session.scalars(
        sa.select(RecordRow.post_id)
        .where(RecordRow.source == source, RecordRow.post_id > after)
        .order_by(RecordRow.post_id)
        .limit(SOME)
    ).all()
    said_by = RecordRow.answer["version"].as_string()
    session.execute(
        sa.update(RecordRow)
        .where(
            RecordRow.source == source,
            any_of(RecordRow.post_id, ids),
            RecordRow.claimed_by.is_(None),
            RecordRow.outcome.is_not(None),
            said_by.is_distinct_from(version),
        )
        .values(due=LEISURE, waits_since=sa.func.now())
        .execution_options(synchronize_session=False)
    )
    return ids[-1] if ids else None


def hurry_some(session: Session, source: str, limit: int) -> int:
    """Let posts be due now that have waited for leisure; return how many."""
    oldest = (
        sa.select(RecordRow.post_id)
        .where(RecordRow.source == source, RecordRow.due == LEISURE, RecordRow.claimed_by.is_(None))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("oldest")
    )
    hurried = session.execute(
        sa.update(RecordRow)
        .where(RecordRow.source == source, RecordRow.post_id == oldest.c.post_id)
        .values(due=sa.func.now())
        .returning(RecordRow.post_id)
        .execution_options(synchronize_session=False)
    )
    return len(hurried.all())


def count_waiting(session: Session, source: str) -> int:
    """Return how many posts a tagger is to look at, at leisure or soon."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(RecordRow)
            .where(
                RecordRow.source == source,
                sa.or_(RecordRow.due <= sa.func.now(), RecordRow.due == LEISURE),
            )
        )
        or 0
    )


def count_in_hand(session: Session, source: str) -> int:
    """Return how many posts workers have taken for a tagger to look at now."""
    in_hand = (
        RecordRow.source == source,
        any_of(RecordRow.claimed_by, living_workers(session)),
    )
    wanted = sa.select(sa.func.count()).select_from(RecordRow).where(*in_hand)
    return session.scalar(wanted) or 0
