"""Who is asked about posts next; `homebooru.domain.lookups.chain` says it for one post."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from homebooru.db.queries.lookups.permitted import may_look
from homebooru.db.queries.policy import setting
from homebooru.db.queries.records import any_of
from homebooru.db.tables import RecordRow, ServiceRow, SettingRow
from homebooru.db.tables.lookups import IS_TURN
from homebooru.domain.lookups.outcomes import KNOWN
from homebooru.domain.lookups.periods import Periods, periods
from homebooru.sites import STEPS

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # until it is a source's turn
SETTING = "lookups"
ENABLED = sa.func.coalesce(ServiceRow.fixed, ServiceRow.enabled)
SOME = 5000  # posts that are passed on in one transaction
OTHER = aliased(RecordRow, name="other")

_patience = sa.select(sa.cast(SettingRow.value["patience"].as_string(), sa.Integer))
IS_OVERDUE = sa.and_(
    sa.text(f"record.{IS_TURN}"),
    RecordRow.waits_since
    < sa.func.now()
    - sa.func.make_interval(
        0,
        0,
        0,
        sa.func.coalesce(
            _patience.where(SettingRow.name == SETTING).scalar_subquery(), Periods().patience
        ),
    ),
)
"""Whether the answer of a source whose turn it is was waited for long enough."""


def step_of(source: InstrumentedAttribute[str]) -> sa.ColumnElement[int]:
    """Return the step of a source; who is none any more came before all others."""
    return sa.case(
        {name: sa.literal(int(step)) for name, step in STEPS.items()}, value=source, else_=0
    )


def load_periods(session: Session) -> Periods:
    """Return how long answers hold, and are waited for."""
    return periods(setting(session, SETTING) or {})


def pass_on(session: Session, some: sa.ColumnElement[bool]) -> None:
    """Let those be asked about posts (`some` records) whose turn it is, and nobody who need not.

    What was answered before holds as long as it would have.
    """
    before = sa.and_(OTHER.post_id == RecordRow.post_id, _step(OTHER) < _step(RecordRow))
    is_known = sa.exists().where(before, OTHER.outcome.in_(KNOWN))
    is_through = (
        sa.exists()
        .where(
            OTHER.post_id == RecordRow.post_id,
            OTHER.source == ServiceRow.name,
            OTHER.waits_since.is_(None),
        )
        .correlate(RecordRow, ServiceRow)
    )
    is_awaited = sa.exists().where(
        ENABLED,
        step_of(ServiceRow.name) < _step(RecordRow),
        ~is_through,
        may_look(RecordRow.post_id, ServiceRow.name),
    )
    is_turn = sa.and_(~is_known, ~is_awaited.correlate(RecordRow))
    again = {
        outcome.value: RecordRow.asked_at + wait
        for outcome, wait in load_periods(session).until_again().items()
    }
    turned = RecordRow.waits_since.is_not(None)
    now = sa.func.now()
    session.execute(
        sa.update(RecordRow)
        .where(
            some,
            RecordRow.claimed_by.is_(None),
            _step(RecordRow) > min(STEPS.values()),
            sa.or_(sa.and_(RecordRow.due == FAR, is_turn), sa.and_(RecordRow.due < FAR, is_known)),
        )
        .values(
            due=sa.case(
                (RecordRow.due < FAR, sa.literal(FAR)),
                (turned, now),
                else_=sa.func.coalesce(sa.case(again, value=RecordRow.outcome), now),
            ),
            waits_since=sa.case((turned, now)),
        )
        .execution_options(synchronize_session=False)
    )


def pass_over(session: Session) -> int:
    """Go on without those who were waited for too long; return for how many answers."""
    overdue = (
        sa.select(RecordRow.post_id, RecordRow.source)
        .where(IS_OVERDUE, RecordRow.claimed_by.is_(None))
        .limit(SOME)
        .with_for_update(skip_locked=True)
        .cte("overdue")
    )
    posts = session.scalars(
        sa.update(RecordRow)
        .where(RecordRow.post_id == overdue.c.post_id, RecordRow.source == overdue.c.source)
        .values(waits_since=None)
        .returning(RecordRow.post_id)
        .execution_options(synchronize_session=False)
    ).all()
    if posts:
        pass_on(session, any_of(RecordRow.post_id, posts))
    return len(posts)


def begin_again(session: Session, post_ids: Collection[int]) -> None:
    """Let all who are enabled be asked about posts again, in the order in which they are asked."""
    earlier = aliased(ServiceRow)
    is_first = ~sa.exists().where(
        sa.func.coalesce(earlier.fixed, earlier.enabled),
        step_of(earlier.name) < _step(RecordRow),
        may_look(RecordRow.post_id, earlier.name),
    )
    session.execute(
        sa.update(RecordRow)
        .where(
            any_of(RecordRow.post_id, post_ids),
            RecordRow.claimed_by.is_(None),
            sa.exists().where(ENABLED, ServiceRow.name == RecordRow.source),
        )
        .values(
            due=sa.case((is_first, sa.func.now()), else_=sa.literal(FAR)),
            waits_since=sa.func.now(),
        )
        .execution_options(synchronize_session=False)
    )


def _step(record: type[RecordRow]) -> sa.ColumnElement[int]:
    return step_of(record.source)
