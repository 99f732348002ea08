"""The history of edits: noted in the transaction that makes them, read for whoever may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.queries.scope import visible
from homebooru.db.tables import AccountRow, EditBatchRow, EditRow, PostRow
from homebooru.domain.claims import About
from homebooru.domain.editing.words import Change, Hand, Thing, Word
from homebooru.domain.scope import Scope

EDIT = EditRow.__table__.c
NOTED = ["post_id", "account_id", "via", "batch_id", "undoes_id", "changes", "made_at"]


@dataclass(frozen=True, slots=True)
class Act:
    """An edit as it is kept."""

    id: int
    post_id: int
    changes: tuple[Change, ...]


def note(
    session: Session,
    changes: Mapping[int, Sequence[Change]],
    by: Hand,
    at: datetime,
    *,
    undoes: int | None = None,
) -> dict[int, int]:
    """Add to the history what an act changes of posts; return the ids of the lines, by post."""
    if not changes:
        return {}
    rows = [
        {
            "post_id": post_id,
            "account_id": by.account_id,
            "via": by.via,
            "batch_id": by.batch_id,
            "undoes_id": undoes,
            "changes": [_written(change) for change in of_post],
            "made_at": at,
        }
        for post_id, of_post in sorted(changes.items())
    ]
    given = records(rows, [EDIT[name] for name in NOTED])
    new = sa.insert(EditRow).from_select(NOTED, sa.select(*(given.c[name] for name in NOTED)))
    noted = session.execute(new.returning(EDIT.post_id, EDIT.id))
    return {post_id: edit_id for post_id, edit_id in noted}  # noqa: C416  rows are no pairs to mypy


def find_act(session: Session, edit_id: int, scope: Scope) -> Act | None:
    """Return an edit of a post that somebody may see."""
    wanted = _acts().where(EDIT.id == edit_id, visible(scope))
    row = session.execute(wanted.join(PostRow, PostRow.id == EDIT.post_id)).one_or_none()
    return None if row is None else _act(row)


def acts_of_batch(session: Session, batch_id: int, post_ids: Collection[int]) -> list[Act]:
    """Return what a batch did to some posts, the newest first."""
    return _read(session, EDIT.batch_id == batch_id, post_ids)


def acts_of_account(
    session: Session, account_id: int, since: datetime, until: int, post_ids: Collection[int]
) -> list[Act]:
    """Return what an account did to some posts since a moment and up to an edit, newest first."""
    return _read(session, _of_account(account_id, since, until), post_ids)


def posts_of_batch(session: Session, batch_id: int, scope: Scope) -> list[int]:
    """Return the posts that a batch changed, as far as somebody may see them."""
    return _posts(session, EDIT.batch_id == batch_id, scope)


def is_seen_of_batch(session: Session, batch_id: int, scope: Scope) -> bool:
    """Tell whether somebody may see any post that a batch changed."""
    mine = sa.select(EDIT.id).join(PostRow, PostRow.id == EDIT.post_id)
    wanted = mine.where(EDIT.batch_id == batch_id, visible(scope)).limit(1)
    return session.scalar(wanted) is not None


def posts_of_account(
    session: Session, account_id: int, since: datetime, until: int, scope: Scope
) -> list[int]:
    """Return the posts that an account changed since a moment, as far as somebody may see them."""
    return _posts(session, _of_account(account_id, since, until), scope)


def newest(session: Session) -> int:
    """Return the id of the newest edit that can be seen; 0 where there is none."""
    return session.scalar(sa.select(sa.func.max(EDIT.id))) or 0


def page(
    session: Session,
    scope: Scope,
    *,
    limit: int,
    before: int | None = None,
    post_id: int | None = None,
    account_id: int | None = None,
    batch_id: int | None = None,
    since: datetime | None = None,
) -> Sequence[sa.Row[EditRow, str | None, str | None]]:
    """Return the newest lines of the history (before one of them) with who made them."""
    wanted = (
        sa.select(EditRow, AccountRow.name, EditBatchRow.script)
        .join(PostRow, PostRow.id == EDIT.post_id)
        .outerjoin(AccountRow, AccountRow.id == EDIT.account_id)
        .outerjoin(EditBatchRow, EditBatchRow.id == EDIT.batch_id)
        .where(visible(scope))
        .order_by(EDIT.made_at.desc(), EDIT.id.desc())
        .limit(limit)
    )
    asked = {"post_id": post_id, "account_id": account_id, "batch_id": batch_id}
    wanted = wanted.where(*(EDIT[name] == one for name, one in asked.items() if one is not None))
    if since is not None:
        wanted = wanted.where(EDIT.made_at >= since)
    if before is not None:
        there = sa.select(EDIT.made_at).where(EDIT.id == before).scalar_subquery()
        wanted = wanted.where(sa.tuple_(EDIT.made_at, EDIT.id) < sa.tuple_(there, before))
    return session.execute(wanted).all()


def read_changes(written: Sequence[Sequence[Any]]) -> tuple[Change, ...]:
    """Return changes as they are kept in a line."""
    return tuple(
        Change(_thing(about), _word(before), _word(after)) for about, before, after in written
    )


def _written(change: Change) -> list[Any]:
    return [change.about, _spelled(change.before), _spelled(change.after)]


def _spelled(word: Word | None) -> list[Any] | None:
    if word is None:
        return None
    return [word.value, word.made_at.isoformat(), word.account_id, word.reason]


def _word(spelled: Sequence[Any] | None) -> Word | None:
    if spelled is None:
        return None
    value, made_at, account_id, reason = spelled
    return Word(value, datetime.fromisoformat(made_at), account_id, reason)


def _thing(about: int | str) -> Thing:
    return About(about) if isinstance(about, str) else about


def _acts() -> sa.Select[int, int, list[Any]]:
    return sa.select(EDIT.id, EDIT.post_id, EDIT.changes)


def _act(row: sa.Row[int, int, list[Any]]) -> Act:
    return Act(row.id, row.post_id, read_changes(row.changes))


def _of_account(account_id: int, since: datetime, until: int) -> sa.ColumnElement[bool]:
    return sa.and_(EDIT.account_id == account_id, EDIT.made_at >= since, EDIT.id <= until)


def _read(session: Session, wanted: sa.ColumnElement[bool], post_ids: Collection[int]) -> list[Act]:
    mine = any_of(EditRow.post_id, post_ids)
    rows = session.execute(_acts().where(wanted, mine).order_by(EDIT.id.desc()))
    return [_act(row) for row in rows]


def _posts(session: Session, wanted: sa.ColumnElement[bool], scope: Scope) -> list[int]:
    posts = sa.select(EDIT.post_id).where(wanted).distinct()
    mine = sa.select(PostRow.id).where(PostRow.id.in_(posts), visible(scope))
    return list(session.scalars(mine.order_by(PostRow.id)))
