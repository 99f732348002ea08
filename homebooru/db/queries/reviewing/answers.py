"""What people answered in review, and the questions that they are at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.queries.records import any_of, records
from homebooru.db.tables import EditRow, ReviewAnswerRow, ReviewBatchRow
from homebooru.domain.review.items import SKIP, Key, read_key

ANSWER = ReviewAnswerRow.__table__
NAMES = [column.name for column in ANSWER.c]


@dataclass(frozen=True, slots=True)
class Mine:
    """Whose answers, in which queue."""

    account_id: int
    queue: str


@dataclass(frozen=True, slots=True)
class Batch:
    """The questions that somebody is at, and when they began."""

    keys: Sequence[Key]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody answered at one moment: one question, or a wall of them."""

    keys: Sequence[Key]
    edits: Sequence[int]
    batches: Sequence[int]


def note_answers(
    session: Session,
    mine: Mine,
    choices: Mapping[Key, str],
    edits: Mapping[int, int],
    at: datetime,
) -> None:
    """Keep what was answered at one moment, each answer in the place of an earlier one."""
    rows = [
        {
            "account_id": mine.account_id,
            "queue": mine.queue,
            "post_id": key.post_id,
            "about": key.about,
            "choice": choice,
            "edit_id": edits.get(key.post_id) if choice != SKIP else None,
            "made_at": at,
        }
        for key, choice in choices.items()
    ]
    given = records(rows, list(ANSWER.c))
    new = insert(ReviewAnswerRow).from_select(NAMES, sa.select(*(given.c[n] for n in NAMES)))
    session.execute(
        new.on_conflict_do_update(
            index_elements=["account_id", "queue", "post_id", "about"],
            set_={name: new.excluded[name] for name in ("choice", "edit_id", "made_at")},
        )
    )


def read_choices(session: Session, mine: Mine, keys: Collection[Key]) -> dict[Key, str]:
    """Return what somebody answered to some questions."""
    posts = any_of(ReviewAnswerRow.post_id, [key.post_id for key in keys])
    answers = sa.select(ANSWER.c.post_id, ANSWER.c.about, ANSWER.c.choice).where(*_of(mine), posts)
    return {Key(row.post_id, row.about): row.choice for row in session.execute(answers)}


def read_skipped(session: Session, mine: Mine) -> frozenset[Key]:
    """Return what somebody passed over."""
    skipped = sa.select(ANSWER.c.post_id, ANSWER.c.about).where(*_of(mine), ANSWER.c.choice == SKIP)
    return frozenset(Key(row.post_id, row.about) for row in session.execute(skipped))


def forget_skipped(session: Session, mine: Mine) -> None:
    """Let what somebody passed over be asked again."""
    session.execute(sa.delete(ReviewAnswerRow).where(*_of(mine), ANSWER.c.choice == SKIP))


def last_moments(session: Session, mine: Mine, limit: int) -> list[datetime]:
    """Return the moments of somebody's last answers, the newest first."""
    moments = sa.select(ANSWER.c.made_at).where(*_of(mine)).distinct()
    return list(session.scalars(moments.order_by(ANSWER.c.made_at.desc()).limit(limit)))


def last_step(session: Session, mine: Mine) -> Step | None:
    """Return what somebody answered last."""
    newest = sa.select(sa.func.max(ANSWER.c.made_at)).where(*_of(mine)).scalar_subquery()
    rows = session.execute(
        sa.select(ANSWER.c.post_id, ANSWER.c.about, ANSWER.c.edit_id, EditRow.batch_id)
        .outerjoin(EditRow, EditRow.id == ANSWER.c.edit_id)
        .where(*_of(mine), ANSWER.c.made_at == newest)
        .order_by(ANSWER.c.post_id, ANSWER.c.about)
    ).all()
    if not rows:
        return None
    return Step(
        [Key(row.post_id, row.about) for row in rows],
        [row.edit_id for row in rows if row.edit_id and row.batch_id is None],
        sorted({row.batch_id for row in rows if row.batch_id is not None}),
    )


def forget_answers(session: Session, mine: Mine, keys: Iterable[Key]) -> None:
    """Forget that somebody answered, so that they are asked again."""
    columns = sa.tuple_(ANSWER.c.post_id, ANSWER.c.about)
    asked = [(key.post_id, key.about) for key in keys]
    session.execute(sa.delete(ReviewAnswerRow).where(*_of(mine), columns.in_(asked)))


def read_batch(session: Session, mine: Mine) -> Batch | None:
    """Return the questions that somebody is at."""
    row = session.get(ReviewBatchRow, (mine.account_id, mine.queue))
    return None if row is None else Batch([read_key(key) for key in row.items], row.made_at)


def keep_batch(session: Session, mine: Mine, keys: Sequence[Key]) -> None:
    """Let somebody be at other questions from now on."""
    values = {"account_id": mine.account_id, "queue": mine.queue, "items": list(map(str, keys))}
    new = insert(ReviewBatchRow).values(values)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["account_id", "queue"],
            set_={"items": new.excluded["items"], "made_at": sa.func.now()},
        )
    )


def _of(mine: Mine) -> tuple[sa.ColumnElement[bool], ...]:
    return ANSWER.c.account_id == mine.account_id, ANSWER.c.queue == mine.queue
