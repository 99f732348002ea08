"""Forgets what is over: whatever else would grow for as long as a household lives with it."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db.queries.takeover.staged import WHOLE
from homebooru.db.tables import (
    PushRunRow,
    ReadTextRow,
    RememberedRow,
    TagListOrderRow,
    TagListRow,
)


def forget_read_texts(session: Session, age: timedelta) -> None:
    """Forget what models made of texts that were searched for; they are read again when needed."""
    session.execute(sa.delete(ReadTextRow).where(ReadTextRow.asked_at < sa.func.now() - age))


def forget_untaken_lists(session: Session, age: timedelta) -> None:
    """Forget lists of tags that somebody brought, and never took up."""
    is_at_work = sa.exists().where(TagListOrderRow.list_id == TagListRow.id)
    session.execute(
        sa.delete(TagListRow).where(
            TagListRow.made_at < sa.func.now() - age, TagListRow.brought.is_(None), ~is_at_work
        )
    )


def forget_pushes(session: Session, age: timedelta) -> None:
    """Forget what single pushes did; what is ours over there is known all the same."""
    session.execute(sa.delete(PushRunRow).where(PushRunRow.ended_at < sa.func.now() - age))


def forget_half_imports(session: Session, age: timedelta) -> None:
    """Forget what was read of another program by an import that never came to its end."""
    session.execute(
        sa.delete(RememberedRow).where(RememberedRow.staged_at < sa.func.now() - age, ~WHOLE)
    )
