"""Lists of tags that somebody brought: their files, how far they are, and what they bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from homebooru.db import queue
from homebooru.db.queue import LEASE, Work
from homebooru.db.tables import AccountRow, TagListOrderRow, TagListRow
from homebooru.domain.vocabulary.arriving import BroughtList, Tally
from homebooru.domain.vocabulary.lists import ListKind, Mistake
from homebooru.phrases import read, spell

ORDER = TagListOrderRow
SHOWN = [column for column in TagListRow.__table__.c if column.name != "body"]


def place_order(session: Session, list_id: int, *, writes: bool) -> None:
    """Have a list looked through, or taken up."""
    session.add(TagListOrderRow(list_id=list_id, writes=writes))
    queue.wake(session, Work.LISTS)


def is_ordered(session: Session, list_id: int) -> bool:
    return session.get(TagListOrderRow, list_id) is not None


def count_ordered(session: Session) -> int:
    """Return how many lines are to be looked through or taken up, in all."""
    lines = sa.select(sa.func.sum(TagListRow.lines)).join(ORDER, ORDER.list_id == TagListRow.id)
    return session.scalar(lines) or 0


def advance(session: Session, list_id: int, count: int) -> bool:
    """Note that so many more lines are done; tell whether anybody still wants the rest."""
    mine = sa.update(ORDER).where(ORDER.list_id == list_id)
    more = {"done": ORDER.done + count, "due": sa.func.now() + LEASE}
    return session.scalar(mine.values(more).returning(ORDER.list_id)) is not None


def begin_anew(session: Session, list_id: int) -> None:
    """Note that nothing of a list is done yet: whoever takes it begins with its first line."""
    session.execute(sa.update(ORDER).where(ORDER.list_id == list_id).values(done=0))


def finish_order(session: Session, list_id: int) -> None:
    session.execute(sa.delete(ORDER).where(ORDER.list_id == list_id))


def view_lists(
    session: Session, *, list_id: int | None = None, limit: int = 1
) -> tuple[BroughtList, ...]:
    """Return the newest lists, or one, as they are shown."""
    wanted = (
        sa.select(
            *SHOWN,
            AccountRow.name.label("by"),
            ORDER.list_id.label("ordered"),
            ORDER.writes,
            ORDER.done,
        )
        .outerjoin(AccountRow, AccountRow.id == TagListRow.account_id)
        .outerjoin(ORDER, ORDER.list_id == TagListRow.id)
        .where(sa.true() if list_id is None else TagListRow.id == list_id)
        .order_by(TagListRow.id.desc())
        .limit(limit)
    )
    return tuple(_view(row) for row in session.execute(wanted).mappings())


def spelled_tally(tally: Tally) -> dict[str, Any]:
    """Return a tally as it is kept."""
    mistakes = [{"line": each.line, "reason": spell(each.reason)} for each in tally.mistakes]
    return asdict(tally) | {"mistakes": mistakes}


def _tally(kept: Mapping[str, Any] | None) -> Tally | None:
    if kept is None:
        return None
    mistakes = [Mistake(each["line"], read(each["reason"])) for each in kept["mistakes"]]
    return Tally(**(dict(kept) | {"mistakes": mistakes}))


def _view(row: sa.RowMapping) -> BroughtList:
    return BroughtList(
        id=row["id"],
        name=row["name"],
        kind=ListKind(row["kind"]),
        site=row["site"],
        by=row["by"],
        lines=row["lines"],
        at_work=row["ordered"] is not None,
        writes=bool(row["writes"]),
        done=min(row["done"] or 0, row["lines"]),
        foretold=_tally(row["foretold"]),
        brought=_tally(row["brought"]),
        mistake=row["mistake"],
        made_at=row["made_at"],
    )
