"""The history of the vocabulary: noted in the transaction that makes it, read as it was noted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import AccountRow, VocabularyActRow, VocabularyChangeRow
from homebooru.domain.editing.words import Hand
from homebooru.domain.tags import Category
from homebooru.domain.vocabulary.acts import (
    Categorised,
    Change,
    Kind,
    Link,
    Matter,
    State,
    Thing,
)

ACT, CHANGE = VocabularyActRow.__table__.c, VocabularyChangeRow.__table__.c
NOTED = ["matter", "tag_id", "other_id", "before", "after"]


def begin_act(session: Session, kind: Kind, by: Hand, *, undoes: int | None = None) -> int:
    """Begin a line of the history, and return its number."""
    act = VocabularyActRow(
        account_id=by.account_id, via=by.via, kind=kind, reason=by.reason, undoes_id=undoes
    )
    session.add(act)
    session.flush()
    return act.id


def note_changes(session: Session, act_id: int, changes: Iterable[Change]) -> None:
    """Add to a line of the history what it changed."""
    rows = [
        {
            "matter": change.thing.matter,
            "tag_id": change.thing.tag,
            "other_id": change.thing.other,
            "before": _spelled(change.before),
            "after": _spelled(change.after),
        }
        for change in changes
    ]
    given = records(rows, [CHANGE[name] for name in NOTED])
    session.execute(
        sa.insert(VocabularyChangeRow).from_select(
            ["act_id", *NOTED], sa.select(sa.literal(act_id), *(given.c[name] for name in NOTED))
        )
    )


def find_act(session: Session, act_id: int) -> VocabularyActRow | None:
    """Return a line of the history."""
    return session.get(VocabularyActRow, act_id)


def count_changes(session: Session, act_id: int) -> int:
    """Return how much an act changed."""
    of_act = sa.select(sa.func.count()).where(CHANGE.act_id == act_id)
    return session.scalar(of_act) or 0


def changes_before(
    session: Session, act_id: int, before: int | None, *, limit: int
) -> tuple[list[Change], int | None]:
    """Return the newest changes of an act before one of them, and where to go on."""
    wanted = sa.select(VocabularyChangeRow).where(CHANGE.act_id == act_id)
    if before is not None:
        wanted = wanted.where(CHANGE.id < before)
    rows = session.scalars(wanted.order_by(CHANGE.id.desc()).limit(limit)).all()
    return [read_change(row) for row in rows], rows[-1].id if len(rows) == limit else None


def page(
    session: Session,
    *,
    limit: int,
    before: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    tag_ids: Collection[int] | None = None,
    wanted: Sequence[sa.ColumnElement[bool]] = (),
) -> Sequence[sa.Row[VocabularyActRow, str | None]]:
    """Return the newest acts (before one of them, from a moment until before one) with who did them.

    With `tag_ids` only what concerns any of these tags is told; `wanted` has to be true of one
    of an act's changes.
    """
    acts = (
        sa.select(VocabularyActRow, AccountRow.name)
        .outerjoin(AccountRow, AccountRow.id == ACT.account_id)
        .order_by(ACT.id.desc())
        .limit(limit)
    )
    if before is not None:
        acts = acts.where(ACT.id < before)
    if since is not None:
        acts = acts.where(ACT.made_at >= since)
    if until is not None:
        acts = acts.where(ACT.made_at < until)
    told = list(wanted)
    if tag_ids is not None:
        one, other = VocabularyChangeRow.tag_id, VocabularyChangeRow.other_id
        told.append(sa.or_(any_of(one, tag_ids), any_of(other, tag_ids)))
    if told:
        acts = acts.where(sa.exists().where(CHANGE.act_id == ACT.id, *told))
    return session.execute(acts).all()


def changes_of(
    session: Session,
    act_ids: Collection[int],
    *,
    each: int,
    wanted: Sequence[sa.ColumnElement[bool]] = (),
) -> Sequence[sa.Row[VocabularyChangeRow, int]]:
    """Return the first changes of each of some acts, with how many there are of that act."""
    number = sa.func.row_number().over(partition_by=CHANGE.act_id, order_by=CHANGE.id)
    total = sa.func.count().over(partition_by=CHANGE.act_id)
    numbered = (
        sa.select(CHANGE.id, number.label("number"), total.label("total"))
        .where(any_of(VocabularyChangeRow.act_id, list(act_ids)), *wanted)
        .subquery()
    )
    rows = (
        sa.select(VocabularyChangeRow, numbered.c.total)
        .join(numbered, numbered.c.id == CHANGE.id)
        .where(numbered.c.number <= each)
        .order_by(CHANGE.act_id, CHANGE.id)
    )
    return session.execute(rows).all()


def read_change(row: VocabularyChangeRow) -> Change:
    """Return a change as it is kept in a row."""
    thing = Thing(Matter(row.matter), row.tag_id, row.other_id)
    return Change(thing, read_state(thing, row.before), read_state(thing, row.after))


def read_state(thing: Thing, spelled: Any) -> State:
    """Return what is said of a thing, as a row of the history spells it."""
    if spelled is None or isinstance(spelled, str):
        return spelled
    value, by = spelled
    return Link(value, by) if thing.is_link else Categorised(Category(value), by)


def _spelled(state: State) -> list[Any] | str | None:
    match state:
        case Link(holds=value, by=by):
            return [value, by]
        case Categorised(category=category, by=by):
            return [int(category), by]
    return state
