"""Decisions about pairs, and the pairs that wait for one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.duplicates.pairs import Pair, touching
from homebooru.db.queries.scope import shown, visible
from homebooru.db.tables import DuplicateDecisionRow, DuplicatePairRow, PostRow
from homebooru.domain.duplicates.deciding import Choice
from homebooru.domain.duplicates.kinds import RANKS, SAME, Kind
from homebooru.domain.duplicates.rules import Standing
from homebooru.domain.scope import Scope

MOST = 400  # pairs that hang together, of which it is asked what follows
RANK = sa.case(
    *((DuplicatePairRow.kind == kind.value, rank) for kind, rank in RANKS.items()),
    else_=len(RANKS),
)


def open_pairs(scope: Scope, kinds: Collection[Kind]) -> sa.Select[DuplicatePairRow]:
    """Select the pairs that wait, of posts in the gallery that somebody sees, the surest first."""
    one, other = (
        sa.exists()
        .where(PostRow.id == post, visible(scope), shown())
        .correlate(DuplicatePairRow)  # also where posts themselves are searched
        for post in (DuplicatePairRow.one_id, DuplicatePairRow.other_id)
    )
    return (
        sa.select(DuplicatePairRow)
        .where(
            DuplicatePairRow.decision_id.is_(None),
            DuplicatePairRow.kind.in_([kind.value for kind in kinds]),
            one,
            other,
        )
        .order_by(
            DuplicatePairRow.later_at.asc().nulls_first(),
            RANK,
            DuplicatePairRow.difference,
            DuplicatePairRow.one_id,
            DuplicatePairRow.other_id,
        )
    )


def count_open(session: Session, scope: Scope, kinds: Collection[Kind]) -> int:
    wanted = open_pairs(scope, kinds).order_by(None).with_only_columns(sa.func.count())
    return session.scalar(wanted) or 0


def lock_pair(session: Session, pair: Pair) -> DuplicatePairRow | None:
    """Return a pair, which nobody else decides about meanwhile."""
    return session.get(DuplicatePairRow, pair, with_for_update=True, populate_existing=True)


def connected(session: Session, post_ids: Collection[int]) -> dict[Pair, Choice | None]:
    """Return the pairs that hang together with posts, and what was decided about each."""
    reached: set[int] = set()
    found: dict[Pair, Choice | None] = {}
    edge = set(post_ids)
    while edge and len(found) < MOST:
        rows = session.execute(
            sa.select(
                DuplicatePairRow.one_id, DuplicatePairRow.other_id, DuplicateDecisionRow.choice
            )
            .outerjoin(
                DuplicateDecisionRow, DuplicateDecisionRow.id == DuplicatePairRow.decision_id
            )
            .where(touching(edge))
        ).all()
        found |= {(one, other): Choice(choice) if choice else None for one, other, choice in rows}
        reached |= edge
        edge = {post for one, other, _ in rows for post in (one, other)} - reached
    return found


def settle(session: Session, decision_id: int, pairs: Collection[Pair]) -> None:
    """Let a decision be that about some pairs, as far as nobody decided about them."""
    key = sa.tuple_(DuplicatePairRow.one_id, DuplicatePairRow.other_id)
    session.execute(
        sa.update(DuplicatePairRow)
        .where(key.in_(sorted(pairs)), DuplicatePairRow.decision_id.is_(None))
        .values(decision_id=decision_id)
        .execution_options(synchronize_session=False)
    )


def reopen(session: Session, decision_id: int) -> None:
    """Let the pairs wait again that a decision settled."""
    session.execute(
        sa.update(DuplicatePairRow)
        .where(DuplicatePairRow.decision_id == decision_id)
        .values(decision_id=None)
        .execution_options(synchronize_session=False)
    )


def seen_decisions(scope: Scope) -> sa.Select[DuplicateDecisionRow]:
    """Select decisions about posts that somebody sees, the newest first."""
    sees = (
        sa.exists().where(PostRow.id == post, visible(scope))
        for post in (DuplicateDecisionRow.one_id, DuplicateDecisionRow.other_id)
    )
    return sa.select(DuplicateDecisionRow).where(*sees).order_by(DuplicateDecisionRow.id.desc())


def last_of(session: Session, account_id: int, scope: Scope) -> DuplicateDecisionRow | None:
    """Return what somebody decided last and did not take back."""
    mine = DuplicateDecisionRow.account_id == account_id
    wanted = seen_decisions(scope).where(
        mine, DuplicateDecisionRow.rule.is_(None), DuplicateDecisionRow.undone_at.is_(None)
    )
    return session.scalars(wanted.limit(1)).one_or_none()


def of_rules_on(session: Session, day: date, scope: Scope) -> list[int]:
    """Return what rules decided on a day and nobody took back, the newest first."""
    made_on = sa.cast(DuplicateDecisionRow.made_at, sa.Date)
    wanted = seen_decisions(scope).where(
        made_on == day,
        DuplicateDecisionRow.rule.is_not(None),
        DuplicateDecisionRow.undone_at.is_(None),
    )
    return [row.id for row in session.scalars(wanted)]


def standings(session: Session, names: Sequence[str]) -> Mapping[str, Standing]:
    """Return how often people chose what each rule would have chosen, and how often not."""
    advised = DuplicateDecisionRow.advice
    found = {}
    for name in names:
        agrees = advised[name].astext == DuplicateDecisionRow.choice
        counted = sa.select(sa.func.count().filter(agrees), sa.func.count().filter(~agrees)).where(
            advised.has_key(name),
            DuplicateDecisionRow.rule.is_(None),
            DuplicateDecisionRow.undone_at.is_(None),
        )
        agreed, against = session.execute(counted).one()
        found[name] = Standing(agreed=agreed, against=against)
    return found


def open_of(session: Session, post_ids: Collection[int]) -> list[Pair]:
    """Return the pairs of some posts that wait."""
    rows = session.execute(
        sa.select(DuplicatePairRow.one_id, DuplicatePairRow.other_id).where(
            touching(post_ids), DuplicatePairRow.decision_id.is_(None)
        )
    )
    return sorted((one, other) for one, other in rows)


def was_taken_back(session: Session, pair: Pair) -> bool:
    """Tell whether somebody once took back what was decided about a pair."""
    one, other = DuplicateDecisionRow.one_id, DuplicateDecisionRow.other_id
    back = sa.select(DuplicateDecisionRow.id).where(
        one.in_(pair), other.in_(pair), DuplicateDecisionRow.undone_at.is_not(None)
    )
    return session.scalar(back.limit(1)) is not None


def posts_of_open(scope: Scope) -> sa.Select[int]:
    """Select the posts that have a copy in the gallery about which nobody decided."""
    waiting = open_pairs(scope, SAME).order_by(None)
    ones = waiting.with_only_columns(DuplicatePairRow.one_id)
    others = waiting.with_only_columns(DuplicatePairRow.other_id)
    return sa.select(ones.union(others).subquery().c[0])
