"""Takes up what an export says of posts, where nobody said anything newer here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.elements import KeyedColumnElement

from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import ClaimRow, EditRow, FavouriteRow, RecordRow
from homebooru.domain.editing.words import Thing

Row = Mapping[str, Any]
Key = tuple[int, str]
CLAIM = ClaimRow.__table__.c
RECORD = RecordRow.__table__.c
EDIT = EditRow.__table__.c


def claimed_at(session: Session, post_ids: Collection[int]) -> dict[Key, datetime]:
    """Return when sources said what they say of posts."""
    return _when(session, ClaimRow.post_id, ClaimRow.source, ClaimRow.claimed_at, post_ids)


def asked_at(session: Session, post_ids: Collection[int]) -> dict[Key, datetime]:
    """Return when sources answered about posts; those that did not yet are left out."""
    return _when(session, RecordRow.post_id, RecordRow.source, RecordRow.asked_at, post_ids)


def keep_claims(session: Session, rows: Sequence[Row]) -> None:
    """Let sources say of posts what they said elsewhere."""
    _keep(session, ClaimRow, rows, [CLAIM[name] for name in (rows[0] if rows else ())])


def keep_records(session: Session, rows: Sequence[Row]) -> None:
    """Keep answers, so that nobody is asked again."""
    _keep(session, RecordRow, rows, [RECORD[name] for name in (rows[0] if rows else ())])


def keep_favourites(session: Session, rows: Sequence[Row]) -> None:
    if rows:
        session.execute(insert(FavouriteRow).values(list(rows)).on_conflict_do_nothing())


def touched(session: Session, post_ids: Collection[int]) -> dict[tuple[int, Thing], datetime]:
    """Return when people last changed their words on posts, be it that they took one back."""
    wanted = sa.select(EDIT.post_id, EDIT.made_at, EDIT.changes)
    found: dict[tuple[int, Thing], datetime] = {}
    for row in session.execute(
        wanted.where(any_of(EditRow.post_id, list(post_ids))).order_by(EDIT.made_at)
    ):
        found |= {(row.post_id, about): row.made_at for about, *_ in row.changes}
    return found


def keep_edits(session: Session, rows: Sequence[Row], undone: Mapping[int, datetime]) -> int:
    """Add lines to the history that are not in it, and return how many were added.

    A line is known by its post and its moment. `undone` tells, by the place in `rows`, when the
    line was made that one takes back.
    """
    post_ids = {row["post_id"] for row in rows}
    known = _lines(session, post_ids)
    new = {n: row for n, row in enumerate(rows) if _key(row) not in known}
    if not new:
        return 0
    names = list(rows[0])
    given = records(new.values(), [EDIT[name] for name in names])
    session.execute(
        sa.insert(EditRow).from_select(names, sa.select(*(given.c[name] for name in names)))
    )
    known = _lines(session, post_ids)
    links = [
        {"id": known[_key(row)], "undoes_id": known.get((row["post_id"], undone[n]))}
        for n, row in new.items()
        if n in undone
    ]
    if links:
        session.execute(sa.update(EditRow), links)
    return len(new)


def _key(row: Row) -> tuple[int, datetime]:
    return row["post_id"], datetime.fromisoformat(row["made_at"])


def _lines(session: Session, post_ids: Iterable[int]) -> dict[tuple[int, datetime], int]:
    wanted = sa.select(EDIT.post_id, EDIT.made_at, EDIT.id)
    rows = session.execute(wanted.where(any_of(EditRow.post_id, list(post_ids))))
    return {(row.post_id, row.made_at): row.id for row in rows}


def _when(
    session: Session,
    post_id: InstrumentedAttribute[int],
    source: InstrumentedAttribute[str],
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    post_ids: Collection[int],
) -> dict[Key, datetime]:
    found: dict[Key, datetime] = {}
    for post, name, at in session.execute(
        sa.select(post_id, source, moment).where(any_of(post_id, list(post_ids)))
    ):
        if at is not None:
            found[post, name] = at
    return found


def _keep(
    session: Session,
    table: type[ClaimRow | RecordRow],
    rows: Sequence[Row],
    shape: Sequence[KeyedColumnElement[Any]],
) -> None:
    if not rows:
        return
    names = [column.name for column in shape]
    given = records(rows, shape)
    new = insert(table).from_select(names, sa.select(*(given.c[name] for name in names)))
    session.execute(
        new.on_conflict_do_update(
            index_elements=["post_id", "source"],
            set_={name: new.excluded[name] for name in names if name not in {"post_id", "source"}},
        )
    )
