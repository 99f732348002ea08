"""The history of edits: noted in the transaction that makes them, read for whoever may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.queries.scope import visible
from homebooru.db.tables import AccountRow, EditBatchRow, EditRow, PostRow
from homebooru.db.tables.editing import ABOUTS
from homebooru.domain.claims import About
from homebooru.domain.editing.history import HistoryWish, Spot
from homebooru.domain.editing.words import Change, Hand, Thing, Word
from homebooru.domain.scope import Scope

EDIT = EditRow.__table__.c
BATCH = EditBatchRow.__table__.c
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


def acts_of_lines(
    session: Session, edit_ids: Collection[int], post_ids: Collection[int]
) -> list[Act]:
    """Return what lines of the history did to some posts, the newest first."""
    return _read(session, EDIT.id.in_(edit_ids), post_ids)


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


def added_last(session: Session, account_id: int, lines: int) -> list[int]:
    """Return the tags that an account said yes to in its last lines, the latest first."""
    mine = sa.select(EDIT.changes).where(EDIT.account_id == account_id)
    rows = session.scalars(mine.order_by(EDIT.made_at.desc(), EDIT.id.desc()).limit(lines))
    changes = (change for row in rows for change in read_changes(row))
    added = (c.about for c in changes if c.after is not None and c.after.value is True)
    return list(dict.fromkeys(about for about in added if not isinstance(about, About)))


def newest(session: Session) -> int:
    """Return the id of the newest edit that can be seen; 0 where there is none."""
    return session.scalar(sa.select(sa.func.max(EDIT.id))) or 0


def page(
    session: Session, scope: Scope, wish: HistoryWish, *, limit: int, before: Spot | None = None
) -> Sequence[sa.Row[EditRow, str | None, str | None]]:
    """Return the newest lines of the history that are wished for, with who made them."""
    wanted = (
        sa.select(EditRow, AccountRow.name, EditBatchRow.script)
        .join(PostRow, PostRow.id == EDIT.post_id)
        .outerjoin(AccountRow, AccountRow.id == EDIT.account_id)
        .outerjoin(EditBatchRow, EditBatchRow.id == EDIT.batch_id)
        .where(visible(scope), *_wished(wish))
        .order_by(EDIT.made_at.desc(), EDIT.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(_is_before(EDIT.made_at, EDIT.id, before, is_batch=False))
    return session.execute(wanted).all()


def batches_page(
    session: Session, scope: Scope, wish: HistoryWish, *, limit: int, before: Spot | None = None
) -> list[int]:
    """Return the newest batches that are wished for, and that somebody may see."""
    row = EditBatchRow
    of_mine = sa.select(EDIT.id).join(PostRow, PostRow.id == EDIT.post_id)
    seen: sa.ColumnElement[bool] = of_mine.where(EDIT.batch_id == row.id, visible(scope)).exists()
    if scope.account is not None:
        seen = sa.or_(row.account_id == scope.account, seen)
    wanted = sa.select(row.id).order_by(row.made_at.desc(), row.id.desc())
    if not scope.sees_all:
        wanted = wanted.where(seen)
    if wish.account_id is not None:
        wanted = wanted.where(row.account_id == wish.account_id)
    if wish.via is not None:
        wanted = wanted.where(row.via == wish.via)
    if wish.since is not None:
        wanted = wanted.where(row.made_at >= wish.since)
    if before is not None:
        wanted = wanted.where(_is_before(BATCH.made_at, BATCH.id, before, is_batch=True))
    return list(session.scalars(wanted.limit(limit)))


def spot(session: Session, edit_id: int) -> Spot | None:
    """Return where a line stands in the history."""
    made_at = session.scalar(sa.select(EDIT.made_at).where(EDIT.id == edit_id))
    return None if made_at is None else Spot(made_at, edit_id)


def _wished(wish: HistoryWish) -> Iterator[sa.ColumnElement[bool]]:
    for column, value in (
        (EDIT.post_id, wish.post_id),
        (EDIT.account_id, wish.account_id),
        (EDIT.batch_id, wish.batch_id),
        (EDIT.via, wish.via),
    ):
        if value is not None:
            yield column == value
    if wish.singly:
        yield EDIT.batch_id.is_(None)
    if wish.since is not None:
        yield EDIT.made_at >= wish.since
    if wanted := [about for about in (wish.tag_id, wish.about) if about is not None]:
        yield sa.literal_column(ABOUTS, postgresql.JSONB).contains(wanted)


def _is_before(
    made_at: sa.ColumnElement[datetime],
    row_id: sa.ColumnElement[int],
    spot: Spot,
    *,
    is_batch: bool,
) -> sa.ColumnElement[bool]:
    """Tell whether a row comes after a spot on the page: of one moment, batches come first."""
    if is_batch == spot.is_batch:
        return sa.tuple_(made_at, row_id) < sa.tuple_(spot.made_at, spot.id)
    return made_at <= spot.made_at if spot.is_batch else made_at < spot.made_at


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
