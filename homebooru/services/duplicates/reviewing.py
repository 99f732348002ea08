"""Pairs of posts side by side, as people decide about them: one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.engine import Sessions, one_moment
from homebooru.db.queries.duplicates import deciding as queries
from homebooru.db.queries.duplicates.pairs import Pair, pair_of
from homebooru.db.queries.duplicates.sides import read_sides
from homebooru.db.queries.records import any_of
from homebooru.db.queries.views import post_views
from homebooru.db.tables import AccountRow, DuplicateDecisionRow, DuplicatePairRow, PostRow
from homebooru.domain.duplicates.deciding import Choice, Fate
from homebooru.domain.duplicates.kinds import SAME, Kind
from homebooru.domain.duplicates.rules import advise
from homebooru.domain.duplicates.weighing import Statement, lean, weigh
from homebooru.domain.posts import PostView, TagView
from homebooru.domain.scope import Scope

VARIANTS = tuple(kind for kind in Kind if kind not in SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two posts side by side, the likely better one first, with what speaks for which.

    `advice` is what rules would choose, `gains` the tags that the first would get of the second.
    """

    one: PostView
    other: PostView
    kind: Kind
    share: float
    statements: tuple[Statement, ...]
    advice: Mapping[str, Choice]
    gains: tuple[TagView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The pair that is next, the pictures of the one after it, and how many wait."""

    pair: Compared | None
    following: tuple[PostView, ...]
    waiting: int
    variants: int
    can_undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision as it is told; `by` is nobody's name where a rule decided."""

    id: int
    one: PostView
    other: PostView
    kind: Kind
    choice: Choice
    fate: Fate | None
    rule: str | None
    by: str | None
    made_at: datetime
    undone_at: datetime | None


def open_desk(
    sessions: Sessions, scope: Scope, *, variants: bool = False, at: Pair | None = None
) -> Desk:
    """Return the pair to decide about: the one that is named, else the surest that waits."""
    kinds = VARIANTS if variants else SAME
    with one_moment(sessions) as session:
        rows = session.scalars(queries.open_pairs(scope, kinds).limit(2)).all()
        if at is not None:
            named = _named(session, scope, at)
            rows = [*named, *(row for row in rows if row not in named)][:2]
        pairs = _compared(session, rows, scope)
        last = queries.last_of(session, scope.account or 0, scope)
        return Desk(
            pair=pairs[0] if pairs else None,
            following=(pairs[1].one, pairs[1].other) if len(pairs) > 1 else (),
            waiting=queries.count_open(session, scope, SAME),
            variants=queries.count_open(session, scope, VARIANTS),
            can_undo=last is not None,
        )


def count_waiting(sessions: Sessions, scope: Scope) -> int:
    """Return how many pairs of the same picture wait to be decided about."""
    with sessions() as session:
        return queries.count_open(session, scope, SAME)


def list_pairs(
    sessions: Sessions, scope: Scope, kinds: Collection[Kind], *, limit: int, offset: int = 0
) -> tuple[tuple[Compared, ...], int]:
    """Return pairs that wait, the surest first, and how many there are."""
    with one_moment(sessions) as session:
        wanted = queries.open_pairs(scope, kinds).limit(limit).offset(offset)
        found = _compared(session, session.scalars(wanted).all(), scope)
        return found, queries.count_open(session, scope, kinds)


def list_decisions(
    sessions: Sessions, scope: Scope, *, limit: int = 60, before: int | None = None
) -> tuple[DecisionView, ...]:
    """Return what was decided, the newest first; `before` is where the last page ended."""
    wanted = queries.seen_decisions(scope).limit(limit)
    if before is not None:
        wanted = wanted.where(DuplicateDecisionRow.id < before)
    with one_moment(sessions) as session:
        rows = session.scalars(wanted).all()
        views = _views(session, {one for row in rows for one in (row.one_id, row.other_id)}, scope)
        names = _names(session, {row.account_id for row in rows if row.account_id is not None})
        return tuple(
            DecisionView(
                id=row.id,
                one=views[row.one_id],
                other=views[row.other_id],
                kind=Kind(row.kind),
                choice=Choice(row.choice),
                fate=Fate(row.fate) if row.fate else None,
                rule=row.rule,
                by=names.get(row.account_id or 0),
                made_at=row.made_at,
                undone_at=row.undone_at,
            )
            for row in rows
        )


def _named(session: Session, scope: Scope, at: Pair) -> list[DuplicatePairRow]:
    one, other = pair_of(*at)
    wanted = queries.open_pairs(scope, tuple(Kind)).where(
        DuplicatePairRow.one_id == one, DuplicatePairRow.other_id == other
    )
    return list(session.scalars(wanted))


def _compared(
    session: Session, rows: Sequence[DuplicatePairRow], scope: Scope
) -> tuple[Compared, ...]:
    ids = {post for row in rows for post in (row.one_id, row.other_id)}
    views, sides = _views(session, ids, scope), read_sides(session, ids, scope)
    found = []
    for row in rows:
        kind, one, other = Kind(row.kind), sides[row.one_id], sides[row.other_id]
        if lean(weigh(one, other, kind)) < 0:
            one, other = other, one
        first, second = views[one.post_id], views[other.post_id]
        held = {tag.name for tag in first.tags}
        found.append(
            Compared(
                one=first,
                other=second,
                kind=kind,
                share=row.share,
                statements=weigh(one, other, kind),
                advice=advise(one, other, kind),
                gains=tuple(tag for tag in second.tags if tag.name not in held),
            )
        )
    return tuple(found)


def _views(session: Session, post_ids: Collection[int], scope: Scope) -> dict[int, PostView]:
    rows = session.scalars(sa.select(PostRow).where(any_of(PostRow.id, list(post_ids)))).all()
    return {view.id: view for view in post_views(session, rows, scope)}


def _names(session: Session, account_ids: Collection[int]) -> dict[int, str | None]:
    rows = session.execute(
        sa.select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(account_ids))
    )
    return {row.id: row.name for row in rows}
