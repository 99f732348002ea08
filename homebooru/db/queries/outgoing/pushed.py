"""What pushes did, for whoever wants them undone; and the tags at Immich that they used."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of
from homebooru.db.tables import PushActRow, PushRow, PushRunRow, PushTagRow, TagQuestionRow
from homebooru.domain.immich.groups import RemoteTag

ACT = PushActRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was put on an asset, and taken off it."""

    asset_id: int
    added: Collection[str] = ()
    removed: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push that was: when, and how many tags it put on and took off.

    One without an end goes on, or will; `reason` tells what it waits for, or why it broke off.
    """

    id: int
    began_at: datetime
    ended_at: datetime | None
    undone_at: datetime | None
    reason: str | None
    added: int
    removed: int


GOES_ON = sa.and_(PushRunRow.ended_at.is_(None), PushRunRow.undone_at.is_(None))


def end(session: Session, reason: str | None = None, *, goes_on: bool = False) -> None:
    """Say that a push is done, or why it broke off, or why it `goes_on` only later."""
    ended_at = None if goes_on else sa.func.now()
    _change(session, GOES_ON, ended_at=ended_at, reason=reason)


def note_acts(session: Session, acts: Sequence[Act]) -> None:
    """Write down what is about to be put on assets and taken off them, as part of what goes on."""
    if not acts:
        return
    run_id = _begin(session)
    new = insert(ACT).values(
        [
            {
                "run_id": run_id,
                "asset_id": act.asset_id,
                "added": sorted(act.added),
                "removed": sorted(act.removed),
            }
            for act in acts
        ]
    )
    both = {"added": new.excluded.added, "removed": new.excluded.removed}
    held = {"added": ACT.added, "removed": ACT.removed}
    session.execute(
        new.on_conflict_do_update(
            index_elements=[ACT.run_id, ACT.asset_id],
            set_={name: _united(held[name], both[name]) for name in both},
        )
    )


def pushes(session: Session, *, limit: int = 10) -> list[Push]:
    """Return the last pushes that wrote something, the newest first."""
    counted = (
        sa.select(
            PushRunRow,
            sa.func.sum(sa.func.cardinality(ACT.added)).label("added"),
            sa.func.sum(sa.func.cardinality(ACT.removed)).label("removed"),
        )
        .join(ACT, ACT.run_id == PushRunRow.id)
        .group_by(PushRunRow.id)
        .order_by(PushRunRow.id.desc())
        .limit(limit)
    )
    return [
        Push(
            id=run.id,
            began_at=run.began_at,
            ended_at=run.ended_at,
            undone_at=run.undone_at,
            reason=run.reason,
            added=added,
            removed=removed,
        )
        for run, added, removed in session.execute(counted)
    ]


def bar(session: Session, run_id: int) -> list[int]:
    """Hold back what a push put on assets, and hold on to what it took off; return the assets.

    What an earlier undoing said of the same tags is over.
    """
    acts = sa.select(ACT.asset_id, sa.literal("api"), ACT.added, ACT.removed)
    new = insert(PushRow).from_select(
        ["asset_id", "channel", "barred", "kept"], acts.where(ACT.run_id == run_id)
    )
    added, removed = new.excluded.barred, new.excluded.kept
    held = new.on_conflict_do_update(
        index_elements=[PushRow.asset_id],
        set_={
            "barred": _united(_without(PushRow.barred, removed), added),
            "kept": _united(_without(PushRow.kept, added), removed),
        },
    )
    assets = list(session.scalars(held.returning(PushRow.asset_id)))
    _change(session, PushRunRow.id == run_id, undone_at=sa.func.now())
    return assets


def end_all(session: Session) -> None:
    """Say that nothing of any push is left that could be undone."""
    _change(session, PushRunRow.undone_at.is_(None), undone_at=sa.func.now())


def is_open(session: Session, run_id: int) -> bool:
    """Tell whether there is such a push that nobody has undone; nothing more is noted of it then."""
    row = session.get(PushRunRow, run_id, with_for_update=True)
    return row is not None and row.undone_at is None


def known_tags(session: Session, owner_id: UUID) -> dict[str, PushTagRow]:
    """Return the tags of a user's that we used, by what they are called."""
    rows = session.scalars(sa.select(PushTagRow).where(PushTagRow.owner_id == owner_id))
    return {row.value: row for row in rows}


def keep_tags(
    session: Session, owner_id: UUID, tags: Iterable[RemoteTag], made: Collection[str]
) -> None:
    """Remember tags that we are about to use, and which of them we made."""
    rows = [
        {"owner_id": owner_id, "value": tag.value, "remote_id": tag.id, "made": tag.value in made}
        for tag in tags
    ]
    if rows:
        new = insert(PushTagRow).values(rows)
        session.execute(
            new.on_conflict_do_update(
                index_elements=[PushTagRow.owner_id, PushTagRow.value],
                set_={
                    "remote_id": new.excluded.remote_id,
                    "made": sa.or_(PushTagRow.made, new.excluded.made),
                    "made_at": sa.func.now(),
                },
            )
        )


def forget_tags(session: Session, owner_id: UUID, values: Collection[str]) -> None:
    """Forget tags that are not there any more."""
    session.execute(
        sa.delete(PushTagRow).where(
            PushTagRow.owner_id == owner_id, any_of(PushTagRow.value, list(values))
        )
    )


def asked_about(session: Session, owner_id: UUID) -> Mapping[str, datetime | None]:
    """Return which tags people were asked about, since they were gone; and when they were to stay.

    None is for questions that nobody answered so.
    """
    rows = session.execute(
        sa.select(
            TagQuestionRow.value,
            sa.func.max(TagQuestionRow.answered_at).filter(TagQuestionRow.answer == "keep"),
            sa.func.bool_or(TagQuestionRow.answer.is_(None)),
        )
        .where(TagQuestionRow.owner_id == owner_id, TagQuestionRow.kind == "gone")
        .group_by(TagQuestionRow.value)
    )
    return {value: None if is_open else kept_at for value, kept_at, is_open in rows}


def _united(held: Any, more: Any) -> sa.ColumnElement[Any]:
    """Return what is in either of two arrays, each once."""
    values = sa.func.unnest(held.op("||")(more)).column_valued("value")
    return sa.func.array(sa.select(values).distinct().scalar_subquery())


def _without(held: Any, less: Any) -> sa.ColumnElement[Any]:
    """Return what is in one array and not in another."""
    value = sa.func.unnest(held).column_valued("value")
    return sa.func.array(sa.select(value).where(value != sa.all_(less)).scalar_subquery())


def _begin(session: Session) -> int:
    """Return the number of the push that goes on, or was stopped before its end, or of a new one."""
    going = sa.select(PushRunRow.id).where(GOES_ON).order_by(PushRunRow.id.desc()).limit(1)
    if (run_id := session.scalar(going.with_for_update(read=True))) is not None:
        return run_id
    row = PushRunRow()
    session.add(row)
    session.flush()
    return row.id


def _change(session: Session, only: sa.ColumnElement[bool], **values: object) -> None:
    session.execute(
        sa.update(PushRunRow)
        .where(only)
        .values(values)
        .execution_options(synchronize_session=False)
    )
