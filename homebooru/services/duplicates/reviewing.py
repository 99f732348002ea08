"""Pairs of posts side by side, as people decide about them: one after the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
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
from homebooru.domain.duplicates.traits import FileTraits
from homebooru.domain.duplicates.weighing import Side, Statement, lean, weigh
from homebooru.domain.posts import PostView
from homebooru.domain.scope import Scope
from homebooru.errors import FileGone, NotFound
from homebooru.ports import TraitReader
from homebooru.services import media
from homebooru.services.duplicates.previewing import Heritage, heritage

VARIANTS = tuple(kind for kind in Kind if kind not in SAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two posts side by side, the likely better one first, with what speaks for which.

    `advice` is what rules would choose, `gains` what each would get of the other, where it was
    asked for.
    """

    one: PostView
    other: PostView
    kind: Kind
    share: float
    statements: tuple[Statement, ...]
    advice: Mapping[str, Choice]
    gains: tuple[Heritage, Heritage] | None = None


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
    sessions: Sessions,
    scope: Scope,
    reader: TraitReader,
    *,
    variants: bool = False,
    at: Pair | None = None,
) -> Desk:
    """Return the pair to decide about: the one that is named, else the surest that waits."""
    kinds = VARIANTS if variants else SAME
    with one_moment(sessions) as session:
        rows = session.scalars(queries.open_pairs(scope, kinds).limit(2)).all()
        if at is not None:
            named = _named(session, scope, at)
            rows = [*named, *(row for row in rows if row not in named)][:2]
        first, following, *_ = [*_couples(session, rows, scope), None, None]
        gains = first.heritages(session) if first else {}
        last = queries.last_of(session, scope.account or 0, scope)
        waiting, others = (queries.count_open(session, scope, some) for some in (SAME, VARIANTS))
    return Desk(
        pair=first.looked_into(sessions, scope, reader).weighed(gains) if first else None,
        following=tuple(view for view, _ in following.sides) if following else (),
        waiting=waiting,
        variants=others,
        can_undo=last is not None,
    )


def count_waiting(sessions: Sessions, scope: Scope) -> int:
    """Return how many pairs of the same picture wait to be decided about."""
    with sessions() as session:
        return queries.count_open(session, scope, SAME)


def list_pairs(
    sessions: Sessions, scope: Scope, kinds: Collection[Kind], *, limit: int, offset: int = 0
) -> tuple[tuple[Compared, ...], int]:
    """Return pairs that wait, the surest first, and how many there are; no file is looked into."""
    with one_moment(sessions) as session:
        wanted = queries.open_pairs(scope, kinds).limit(limit).offset(offset)
        found = _couples(session, session.scalars(wanted).all(), scope)
        return tuple(one.weighed({}) for one in found), queries.count_open(session, scope, kinds)


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


@dataclass(frozen=True, slots=True)
class _Couple:
    """Two posts that are alike, as they are kept, each with what there is to weigh."""

    kind: Kind
    share: float
    sides: tuple[tuple[PostView, Side], tuple[PostView, Side]]

    def heritages(self, session: Session) -> dict[int, Heritage]:
        """Return what each of them would get of the other."""
        (one, _), (other, _) = self.sides
        return {one.id: heritage(session, one, other), other.id: heritage(session, other, one)}

    def looked_into(self, sessions: Sessions, scope: Scope, reader: TraitReader) -> _Couple:
        """Return them with what the heads of their files tell."""
        one, other = (
            (view, replace(side, traits=_traits(sessions, view.id, scope, reader)))
            for view, side in self.sides
        )
        return replace(self, sides=(one, other))

    def weighed(self, gains: Mapping[int, Heritage]) -> Compared:
        """Return them as they are told, the likely better one first."""
        (first, one), (second, other) = self.sides
        if lean(weigh(one, other, self.kind)) < 0:
            first, one, second, other = second, other, first, one
        return Compared(
            one=first,
            other=second,
            kind=self.kind,
            share=self.share,
            statements=weigh(one, other, self.kind),
            advice=advise(one, other, self.kind),
            gains=(gains[first.id], gains[second.id]) if gains else None,
        )


def _traits(sessions: Sessions, post_id: int, scope: Scope, reader: TraitReader) -> FileTraits:
    """Return what a file's head tells; nothing where it is not here."""
    try:
        original = media.open_original(sessions, post_id, scope)
    except (FileGone, NotFound):
        return FileTraits()
    with original.file as file:
        return reader.read(file)


def _couples(session: Session, rows: Sequence[DuplicatePairRow], scope: Scope) -> list[_Couple]:
    ids = {post for row in rows for post in (row.one_id, row.other_id)}
    views, sides = _views(session, ids, scope), read_sides(session, ids, scope)
    placed = {post: (views[post], _placed(sides[post], views[post])) for post in ids}
    return [
        _Couple(Kind(row.kind), row.share, (placed[row.one_id], placed[row.other_id]))
        for row in rows
    ]


def _placed(side: Side, view: PostView) -> Side:
    """Return a side with the name and the folder of its file."""
    place = next((one for one in view.locations if one.missing_since is None), None)
    return side if place is None else replace(side, name=place.name, folder=place.folder)


def _views(session: Session, post_ids: Collection[int], scope: Scope) -> dict[int, PostView]:
    rows = session.scalars(sa.select(PostRow).where(any_of(PostRow.id, list(post_ids)))).all()
    return {view.id: view for view in post_views(session, rows, scope)}


def _names(session: Session, account_ids: Collection[int]) -> dict[int, str | None]:
    rows = session.execute(
        sa.select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(account_ids))
    )
    return {row.id: row.name for row in rows}
