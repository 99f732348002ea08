"""What an account searched for before, the newest first, up to a number."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from homebooru.db.engine import Sessions
from homebooru.db.tables import PastSearchRow
from homebooru.domain.keeping.searches import PastSearch
from homebooru.domain.query import parse, unparse
from homebooru.domain.query.orders import Order, OrderBy
from homebooru.domain.query.tree import Favourite, Saved

Row = TypeVar("Row", PastSearchRow, int)

MOST = 500
LONGEST = 2_000  # signs; nobody wants to find more than that in a menu


def remember_search(sessions: Sessions, account_id: int, text: str) -> None:
    """Keep a search that was just made; what is older than the newest ones is forgotten.

    A shuffle of its own is remembered as the search in random order. What is one press away
    anyway, favourites and saved searches, is not.
    """
    query = _plain(text)
    if not query or len(query) > LONGEST:
        return
    now = sa.func.clock_timestamp()
    kept = insert(PastSearchRow).values(account_id=account_id, query=query)
    again = kept.on_conflict_do_update(
        index_elements=[PastSearchRow.account_id, sa.func.md5(PastSearchRow.query)],
        set_={"times": PastSearchRow.times + 1, "asked_at": now},
    )
    with sessions.begin() as session:
        session.execute(again)
        session.execute(_too_old(account_id))


def past_searches(
    sessions: Sessions, account_id: int, *, limit: int = MOST
) -> tuple[PastSearch, ...]:
    """Return what an account asked before, the newest first."""
    with sessions.begin() as session:
        rows = session.scalars(_newest(sa.select(PastSearchRow), account_id).limit(limit))
        return tuple(PastSearch(query=r.query, times=r.times, asked_at=r.asked_at) for r in rows)


def forget_searches(sessions: Sessions, account_id: int, query: str | None = None) -> None:
    """Forget one search, or all that an account ever asked."""
    mine = sa.delete(PastSearchRow).where(PastSearchRow.account_id == account_id)
    with sessions.begin() as session:
        session.execute(mine if query is None else mine.where(PastSearchRow.query == query))


def _plain(text: str) -> str:
    query = parse(text)
    if isinstance(query.tree, Favourite | Saved):
        return ""
    if query.order.by is not OrderBy.RANDOM or query.order.seed is None:
        return text.strip()
    return unparse(replace(query, order=Order(OrderBy.RANDOM)))


def _too_old(account_id: int) -> sa.Delete:
    old = _newest(sa.select(PastSearchRow.id), account_id).offset(MOST)
    return sa.delete(PastSearchRow).where(PastSearchRow.id.in_(old))


def _newest(rows: sa.Select[Row], account_id: int) -> sa.Select[Row]:
    mine = rows.where(PastSearchRow.account_id == account_id)
    return mine.order_by(PastSearchRow.asked_at.desc(), PastSearchRow.id.desc())
